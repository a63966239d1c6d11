// Owns `trib events failed`: failed events counted by reason and release, one by one, or by names that nothing declares.
import { type Command, Option } from 'commander';
import type { FailedCounts, FailedEvents } from '#shared/metadata/api/failed-shapes.ts';
import { dataOption, type DataOption } from '../commands/data-option.ts';
import { printJson, printTable, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { tellNames } from './names.ts';
import { SINCE_HELP, sinceOf } from './since.ts';

interface Options extends DataOption {
  readonly type?: string;
  readonly reason?: string;
  readonly since: string;
  readonly list?: boolean;
  readonly by: 'reason' | 'name';
  readonly people: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function registerFailed(events: Command): void {
  events
    .command('failed')
    .description('why events were rejected: how many by reason and release, or one by one')
    .addOption(dataOption())
    .option('--type <event type>', 'such as listening.TrackPlayed')
    .option('--reason <code>', 'a code of docs/errors.md')
    .option('--since <when>', SINCE_HELP, '24h')
    .option('--list', 'the newest, one by one')
    .addOption(
      new Option('--by <what>', 'name: what names came that nothing declares or maps')
        .choices(['reason', 'name'])
        .default('reason'),
    )
    .option('--people <n>', 'with --by name: names that fewer people sent are only counted', '2')
    .option('--limit <n>', 'with --list', '100')
    .option('--json', 'for a program')
    .action(failed);
}

async function failed(options: Options): Promise<void> {
  if (options.by === 'name') return tellNames(options);
  await (options.list ? list(options) : count(options));
}

async function count(options: Options): Promise<void> {
  const { counts } = await ask<FailedCounts>(options, ':count');
  if (options.json) {
    printJson(counts);
    return;
  }
  printTable(
    ['events', 'replayed', 'type', 'reason', 'field', 'sdk', 'release', 'last'],
    counts.map((each) => [
      String(each.events),
      String(each.replayed),
      each.type ?? '(not declared)',
      each.code,
      each.path ?? '',
      each.sdk ?? '',
      each.release ?? '',
      each.lastAt,
    ]),
  );
  const open = counts.reduce((sum, each) => sum + each.events - each.replayed, 0);
  if (open > 0)
    say(`${open} not brought in; once mended, try \`trib events replay --since ${options.since} --dry-run\``);
}

async function list(options: Options): Promise<void> {
  const { events } = await ask<FailedEvents>(options, '', { limit: options.limit });
  if (options.json) {
    printJson(events);
    return;
  }
  printTable(
    ['failed at', 'type', 'reason', 'field', 'write key', 'sdk', 'release', 'replay'],
    events.map((each) => [
      each.failedAt,
      each.type ?? '(not declared)',
      each.code,
      each.path ?? '',
      each.writeKey,
      each.sdk ?? '',
      each.release ?? '',
      each.replay === null ? '' : `${each.replay.status} ${each.replay.code ?? ''}`,
    ]),
  );
}

function ask<Answer>(
  { data, type, reason, since }: Options,
  verb: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const connection = connect(data);
  const query = new URLSearchParams({ since: sinceOf(since, Date.now()), ...more });
  if (type !== undefined) query.set('type', type);
  if (reason !== undefined) query.set('reason', reason);
  const url = `${connection.ready.metadata}/v1/failed-events${verb}?${query.toString()}`;
  return call<Answer>({ url, bearer: tokenOf(connection, 'analyst') });
}
