// Owns `trib hold`: placing, lifting and listing legal holds, which keep somebody from being erased.
import { type Command, Option } from 'commander';
import { HOLD_MODES, type HoldMode } from '#shared/privacy/erasure/erasure-record.ts';
import { printJson, printTable, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly json?: boolean;
}

interface PlaceOptions extends Options {
  readonly reason: string;
  readonly mode: HoldMode;
  readonly until?: string;
}

interface Hold {
  readonly id: string;
  readonly mode: string;
  readonly reason: string;
  readonly placedAt: string;
  readonly until?: string;
}

export function registerHold(program: Command): void {
  const hold = program.command('hold').description('legal holds: erasures of the person wait until they are lifted');
  hold
    .command('place')
    .description('keep somebody from being erased')
    .addOption(dataOption())
    .argument('<user>', 'the user id as the apps send it')
    .requiredOption('--reason <text>', 'names a case, not a person; kept')
    .addOption(
      new Option('--mode <mode>', 'restrict: also freeze the keys meanwhile').choices(HOLD_MODES).default('keep'),
    )
    .option('--until <time>', 'RFC 3339; from then on it does not hold')
    .option('--json', 'for a program')
    .action(place);
  hold
    .command('lift')
    .description('lift the hold of somebody; erasures that waited go on')
    .addOption(dataOption())
    .argument('<user>', 'the user id as the apps send it')
    .option('--json', 'for a program')
    .action(lift);
  hold
    .command('list')
    .description('all holds, without whom they are about')
    .addOption(dataOption())
    .option('--json', 'for a program')
    .action(list);
}

async function place(userId: string, { data, json, ...asked }: PlaceOptions): Promise<void> {
  const { mode, reason, until } = asked;
  const body = { userId, mode, reason, ...(until === undefined ? {} : { until }) };
  const hold = await callPrivacy<Hold>(data, '/v1/holds', body);
  if (json) printJson(hold);
  else say(`hold ${hold.id} (${hold.mode}) since ${hold.placedAt}; lift it with \`trib hold lift\``);
}

async function lift(userId: string, { data, json }: Options): Promise<void> {
  const answer = await callPrivacy<{ readonly lifted?: Hold }>(data, '/v1/holds:lift', { userId });
  if (json) printJson(answer);
  else say(answer.lifted === undefined ? 'there was no hold' : `hold ${answer.lifted.id} is lifted`);
}

async function list({ data, json }: Options): Promise<void> {
  const { holds } = await callPrivacy<{ readonly holds: readonly Hold[] }>(data, '/v1/holds');
  if (json) printJson(holds);
  else
    printTable(
      ['id', 'mode', 'placed', 'until', 'reason'],
      holds.map(({ id, mode, placedAt, until, reason }) => [id, mode, placedAt, until ?? '', reason]),
    );
}

function callPrivacy<Answer>(data: string | undefined, path: string, body?: object): Promise<Answer> {
  const connection = connect(data);
  const bearer = tokenOf(connection, 'compliance');
  return call<Answer>({ url: `${connection.ready.privacy}${path}`, bearer, ...(body === undefined ? {} : { body }) });
}
