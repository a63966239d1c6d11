// Owns `trib sql`: one query, its rows as a table or as JSON.
import type { Command } from 'commander';
import type { PlainValue } from '#shared/gcp/query.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { boundsOf, parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import { printJson, printTable, say } from '../output/streams.ts';
import { adoptEnvironment, connect } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly json?: boolean;
  readonly partition?: string;
}

export function registerSql(program: Command): void {
  program
    .command('sql')
    .description('run a query: trib sql "SELECT COUNT(*) AS n FROM listening.track_played"')
    .addOption(dataOption())
    .argument('<query>', 'BigQuery SQL')
    .option('--json', 'rows as a JSON array of objects')
    .option('--partition <key>', 'gives the query @partition_start and @partition_end')
    .action(async (query: string, options: Options) => {
      const { ready, environment } = connect(options.data);
      adoptEnvironment(environment);
      // Loaded after the environment is set, and only by the command that needs it.
      const { runQuery } = await import('#shared/gcp/query.ts');
      const result = await runQuery(query, ready.project, partitionParameters(options.partition));
      if (options.json) {
        printJson(result.rows);
        return;
      }
      printTable(
        result.columns,
        result.rows.map((row) => result.columns.map((column) => toCell(row[column]))),
      );
      say(`${result.rows.length} row(s)`);
    });
}

function partitionParameters(key: string | undefined): Record<string, Date> {
  if (key === undefined) return {};
  const parsed = parsePartitionKey(key);
  if (parsed === undefined) {
    throw new PlatformError('usage', {
      message: `${key} is not a partition key.`,
      hint: 'Keys look like 2026-08-01T13, 2026-08-01, 2026-W31 or 2026-08.',
    });
  }
  const bounds = boundsOf(parsed);
  return { partition_start: new Date(bounds.startMs), partition_end: new Date(bounds.endMs) };
}

function toCell(value: PlainValue | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
