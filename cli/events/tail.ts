// Owns `trib events tail`: events as they land, oldest first; of what is sealed only that it is there.
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { TableName } from '#shared/catalog/names.ts';
import type { PlainRow, QueryRows } from '#shared/gcp/query.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { parseId } from '#shared/platform/ids.ts';
import { dataOption, type DataOption } from '../commands/data-option.ts';
import { say } from '../output/streams.ts';
import { adoptEnvironment, call, type Connection, connect, tokenOf } from '../platform/connection.ts';
import { SINCE_HELP, sinceOf } from './since.ts';
import { Seen, tailSql } from './tail-query.ts';

interface Options extends DataOption {
  readonly since: string;
  readonly follow: boolean;
  readonly json?: boolean;
}

interface Endpoints {
  readonly endpoints: readonly { readonly id: string; readonly kind: string; readonly eventType?: string }[];
}

/** Each look is a query over what came since the look before. */
const LOOK_EVERY_MS = 2000;
/** Of a pseudonym, enough to tell people on a screen apart. */
const SUBJECT_CHARS = 8;

export function registerTail(events: Command): void {
  events
    .command('tail')
    .description(
      'events as they land in their endpoint, of one type or of all; rejected ones are in `trib events failed`',
    )
    .addOption(dataOption())
    .argument('[endpoint]', 'such as listening.track_played')
    .option('--since <when>', SINCE_HELP, '1m')
    .option('--no-follow', 'end with what is there now')
    .option('--json', 'a line of JSON each')
    .action(tail);
}

async function tail(endpoint: string | undefined, options: Options): Promise<void> {
  const connection = connect(options.data);
  const names = endpoint === undefined ? await eventEndpoints(connection) : [checked(endpoint)];
  adoptEnvironment(connection.environment);
  // Loaded after the environment is set, and only by the command that needs it.
  const { runQuery } = await import('#shared/gcp/query.ts');
  // Who reads no further has seen enough: `trib events tail | head`.
  process.stdout.on('error', () => process.exit());
  const seen = new Seen(sinceOf(options.since, Date.now()));
  if (options.follow) say(`watching ${names.join(', ')}; end with Ctrl-C`);
  for (;;) {
    const { rows }: QueryRows = await runQuery(tailSql(names.map(rawTableOf), seen.since), connection.ready.project);
    for (const row of seen.take(rows)) show(row, options.json);
    if (!options.follow) return;
    await pause(LOOK_EVERY_MS);
  }
}

function show({ event, ...head }: PlainRow, json: boolean | undefined): void {
  const text = (column: string): string => {
    const value = head[column];
    return typeof value === 'string' ? value : '';
  };
  const data = typeof event === 'string' ? event : '{}';
  const line = json
    ? `${JSON.stringify(head).slice(0, -1)},"data":${data}}`
    : [
        text('received_at'),
        text('event_type'),
        text('subject').slice(0, SUBJECT_CHARS).padEnd(SUBJECT_CHARS),
        data,
      ].join('  ');
  process.stdout.write(`${line}\n`);
}

/** Raw tables are named after their endpoint. */
function rawTableOf(endpoint: string): TableName {
  return { dataset: 'raw', table: endpoint.replace('.', '_') };
}

async function eventEndpoints(connection: Connection): Promise<readonly string[]> {
  const url = `${connection.ready.metadata}/v1/endpoints`;
  const { endpoints } = await call<Endpoints>({ url, bearer: tokenOf(connection, 'analyst') });
  return endpoints.flatMap(({ id, kind }) => (kind === 'event' ? [id] : []));
}

function checked(text: string): string {
  const id = parseId('endpoint', text);
  if (id !== undefined) return id;
  throw new PlatformError('usage', {
    message: `${JSON.stringify(text)} is no endpoint.`,
    hint: 'Name one such as listening.track_played, or none for all.',
  });
}
