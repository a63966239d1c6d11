// Owns `trib reactivate`: somebody who was forgotten, or a purpose whose consent was withdrawn, begins anew.
import type { Command } from 'commander';
import { printJson, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly purpose?: string;
  readonly json?: boolean;
}

interface Life {
  readonly generation: number;
  readonly acceptsFrom: string;
}

export function registerReactivate(program: Command): void {
  program
    .command('reactivate')
    .description('take events of a forgotten user again, as of somebody new: nothing links them to those before')
    .addOption(dataOption())
    .argument('<user>', 'the user id as the apps send it')
    .option('--purpose <purpose>', 'only this purpose, to which the user has consented again')
    .option('--json', 'for a program')
    .action(reactivate);
}

async function reactivate(userId: string, { data, purpose, json }: Options): Promise<void> {
  const connection = connect(data);
  const life = await call<Life>({
    url: `${connection.ready.privacy}/v1/subjects:reactivate`,
    bearer: tokenOf(connection, 'compliance'),
    body: { userId, ...(purpose === undefined ? {} : { purpose }) },
  });
  if (json) printJson(life);
  else say(`life ${life.generation}: events from ${life.acceptsFrom} on are taken`);
}
