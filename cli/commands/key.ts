// Owns `trib key`: write keys, the credentials of sending apps. A secret is shown once, by the command that made it.
import { type Command, InvalidArgumentError } from 'commander';
import type { MadeWriteKeyAnswer, ShownWriteKey, WriteKeyList } from '#shared/metadata/api/write-key-shapes.ts';
import { printJson, printTable, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly json?: boolean;
}

interface Rights {
  readonly types?: readonly string[];
  readonly origins?: readonly string[];
  readonly historical?: boolean;
  readonly rate?: number | null;
  readonly subjectRate?: number | null;
}

const TYPES = 'separated by commas: listening.TrackPlayed, listening.* for a domain, * for all';
const ORIGINS = 'of browsers, separated by commas: https://app.example.com, or *';
const RATE = 'events a second in the long run, on each instance of collect; none: no limit';
const SUBJECT_RATE = 'the same for the events of one user; default 1000';

export function registerKey(program: Command): void {
  const key = program.command('key').description('write keys: the credentials of sending apps');
  subcommand(key, 'create <name>', 'make a write key; its secret is shown this once')
    .requiredOption('--types <types>', TYPES, listed)
    .option('--origins <origins>', ORIGINS, listed, [])
    .option('--rate <events>', RATE, rateOf)
    .option('--subject-rate <events>', SUBJECT_RATE, rateOf)
    .option('--historical', 'may send imports')
    .action(create);
  subcommand(key, 'rotate <name>', 'make another secret; those before are taken for a while')
    .option('--overlap <duration>', 'how long', 'P7D')
    .action(rotate);
  subcommand(key, 'change <name>', 'what a write key may; what is left out stays')
    .option('--types <types>', TYPES, listed)
    .option('--origins <origins>', ORIGINS, listed)
    .option('--rate <events>', RATE, rateOf)
    .option('--subject-rate <events>', SUBJECT_RATE, rateOf)
    .option('--historical', 'may send imports')
    .option('--no-historical', 'may not')
    .action(change);
  subcommand(key, 'revoke <name>', 'end every secret of a write key, within 20 seconds')
    .option('--id <id>', 'only this one, as `trib key list` shows it')
    .action(revoke);
  subcommand(key, 'list', 'every write key, and which SDKs sent with it')
    .option('--hours <n>', 'of usage', '24')
    .action(list);
}

function subcommand(key: Command, usage: string, description: string): Command {
  return key.command(usage).description(description).addOption(dataOption()).option('--json', 'for a program');
}

async function create(name: string, { data, json, ...rights }: Options & Rights): Promise<void> {
  const { types, origins, historical, rate, subjectRate } = rights;
  const body = {
    name,
    eventTypes: types,
    origins,
    historical: historical === true,
    ...(typeof rate === 'number' ? { eventsPerSecond: rate } : {}),
    subjectEventsPerSecond: subjectRate,
  };
  showMade(await callAdmin<MadeWriteKeyAnswer>(data, '', body), json);
}

async function rotate(name: string, { data, json, overlap }: Options & { readonly overlap: string }): Promise<void> {
  showMade(await callAdmin<MadeWriteKeyAnswer>(data, `/${encodeURIComponent(name)}:rotate`, { overlap }), json);
}

async function change(name: string, { data, json, ...rights }: Options & Rights): Promise<void> {
  const { types, origins, historical, rate, subjectRate } = rights;
  const body = { eventTypes: types, origins, historical, eventsPerSecond: rate, subjectEventsPerSecond: subjectRate };
  const { keys } = await callAdmin<Changed>(data, `/${encodeURIComponent(name)}:change`, body);
  if (json) printJson(keys);
  else say(`${name} is changed; collect goes by it within 20 seconds`);
}

async function revoke(name: string, { data, json, id }: Options & { readonly id?: string }): Promise<void> {
  const { keys } = await callAdmin<Changed>(data, `/${encodeURIComponent(name)}:revoke`, { id });
  if (json) printJson(keys);
  else say(`revoked ${keys.map((each) => `${each.name} (${each.id})`).join(', ')}; collect refuses within 20 seconds`);
}

async function list({ data, json, hours }: Options & { readonly hours: string }): Promise<void> {
  const connection = connect(data);
  const url = `${connection.ready.metadata}/v1/write-keys?hours=${encodeURIComponent(hours)}`;
  const { keys } = await call<WriteKeyList>({ url, bearer: tokenOf(connection, 'analyst') });
  if (json) {
    printJson(keys);
    return;
  }
  const rows = keys.flatMap(({ usage, ...key }) => {
    const head = [key.name, key.id, stateOf(key), key.eventTypes.join(','), key.eventsPerSecond?.toString() ?? ''];
    if (usage.length === 0) return [[...head, '', '0', '']];
    return usage.map(({ sdk, events, lastHour }) => [...head, sdk, String(events), lastHour]);
  });
  printTable(['name', 'id', 'state', 'types', 'rate', 'sdk', `events in ${hours} h`, 'last hour'], rows);
}

interface Changed {
  readonly keys: readonly ShownWriteKey[];
}

function stateOf({ state, revokedAt }: Pick<ShownWriteKey, 'state' | 'revokedAt'>): string {
  return state === 'retiring' ? `retiring at ${revokedAt ?? ''}` : state;
}

function showMade(made: MadeWriteKeyAnswer, json: boolean | undefined): void {
  if (json) {
    printJson(made);
    return;
  }
  say(`write key ${made.name} (${made.id}); this is its secret, which is stored nowhere:`);
  process.stdout.write(`${made.secret}\n`);
}

function callAdmin<Answer>(data: string | undefined, path: string, body: object): Promise<Answer> {
  const connection = connect(data);
  const url = `${connection.ready.metadata}/v1/write-keys${path}`;
  return call<Answer>({ url, bearer: tokenOf(connection, 'admin'), body });
}

function listed(text: string): readonly string[] {
  return text.split(',').flatMap((item) => item.trim() || []);
}

function rateOf(text: string): number | null {
  if (text === 'none') return null;
  const rate = Number(text);
  if (rate > 0) return rate;
  throw new InvalidArgumentError('a number of events above 0, or none');
}
