// Owns `trib partitions`: every partition of an endpoint and how it stands.
import type { Command } from 'commander';
import { printJson, printTable, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly json?: boolean;
}

/** A partition as metadata shows it. */
export interface PartitionRow {
  readonly key: string;
  readonly state: string;
  readonly generation: number;
  readonly rows: number;
  readonly publishedAt?: string;
  readonly failure?: { readonly code: string; readonly retryAt?: string };
}

export function registerPartitions(program: Command): void {
  program
    .command('partitions')
    .description('the partitions of an endpoint that exist or are expected, oldest first')
    .addOption(dataOption())
    .argument('<endpoint>', 'such as listening.daily_plays')
    .option('--json', 'as a JSON array')
    .action(async (endpoint: string, options: Options) => {
      const connection = connect(options.data);
      const url = `${connection.ready.metadata}/v1/endpoints/${encodeURIComponent(endpoint)}/partitions`;
      const { partitions } = await call<{ readonly partitions: readonly PartitionRow[] }>({
        url,
        bearer: tokenOf(connection, 'analyst'),
      });
      if (options.json) {
        printJson(partitions);
        return;
      }
      printTable(['partition', 'state', 'generation', 'rows', 'published'], partitions.map(toCells));
      say(`${partitions.length} partition(s)`);
    });
}

function toCells({ key, state, generation, rows, publishedAt, failure }: PartitionRow): readonly string[] {
  const told = failure === undefined ? state : `${state}: ${failure.code}`;
  return [key, told, String(generation), String(rows), publishedAt ?? ''];
}
