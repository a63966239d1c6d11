// Owns `trib send`: events from a file to collect.
import { type Command, InvalidArgumentError } from 'commander';
import { MAX_EVENTS_PER_BATCH } from '#shared/events/limits.ts';
import { createProgressLine, printJson, say } from '../output/streams.ts';
import { call, connect } from '../platform/connection.ts';
import { createAccessLogReader } from '../send/access-log.ts';
import { batchesOf } from '../send/batches.ts';
import { linesOf } from '../send/lines.ts';
import { type SendReport, sendBatches, type Target } from '../send/sender.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly from?: 'access-log';
  readonly type: string;
  readonly historical?: boolean;
}

const BATCH = { maxEvents: Math.min(500, MAX_EVENTS_PER_BATCH), maxBytes: 1024 * 1024 };
const IN_FLIGHT = 2;
const PATIENCE_MS = 120_000;
const SHOWN_REJECTIONS = 10;

export function registerSend(program: Command): void {
  program
    .command('send')
    .description('send events: one envelope a line, or a web server log')
    .addOption(dataOption())
    .argument('<file>', 'NDJSON, or a log with --from; gzipped or plain')
    .option(
      '--from <format>',
      'access-log: Apache/NGINX combined format, the client address is the user id',
      parseFormat,
    )
    .option('--type <event type>', 'what a line of the log is sent as', 'web.PageRequested')
    .option('--historical', 'as one import: placed by when it happened')
    .action(send);
}

async function send(file: string, options: Options): Promise<void> {
  const { ready } = connect(options.data);
  const progress = createProgressLine();
  const unreadable = { count: 0 };
  const rejections = new Map<string, number>();
  const target: Target = { url: ready.collect, writeKey: ready.writeKey };
  const importId = options.historical ? await openImport(target) : undefined;

  const report = await sendBatches(
    batchesOf(eventsOf(file, options, unreadable), BATCH),
    importId === undefined ? target : { ...target, importId },
    {
      inFlight: IN_FLIGHT,
      patienceMs: PATIENCE_MS,
      onProgress: (so) => progress.update(words(so)),
      onRejected: ({ code, path }) => {
        const what = path === undefined ? code : `${code} at ${path}`;
        rejections.set(what, (rejections.get(what) ?? 0) + 1);
      },
    },
  );
  if (importId !== undefined) await finishImport(target, importId);

  const total: SendReport = {
    ...report,
    sent: report.sent + unreadable.count,
    rejected: report.rejected + unreadable.count,
  };
  progress.done(words(total));
  if (unreadable.count > 0) say(`${unreadable.count} line(s) could not be read as events and were not sent`);
  for (const [what, count] of [...rejections].slice(0, SHOWN_REJECTIONS)) say(`rejected ${count}: ${what}`);
  if (importId !== undefined) say('The import is finished; its partitions close now: `trib partitions ENDPOINT`.');
  printJson({
    sent: total.sent,
    accepted: total.accepted,
    duplicate: total.duplicate,
    rejected: total.rejected,
  });
}

async function* eventsOf(file: string, options: Options, unreadable: { count: number }): AsyncGenerator<string> {
  if (options.from === undefined) {
    yield* linesOf(file);
    return;
  }
  const read = createAccessLogReader(options.type);
  for await (const line of linesOf(file)) {
    const result = read(line);
    if (result.kind === 'event') yield JSON.stringify(result.event);
    else unreadable.count += 1;
  }
}

async function openImport(target: Target): Promise<string> {
  const answer = await call<{ id: string }>({ url: `${target.url}/v1/imports`, bearer: target.writeKey, body: {} });
  return answer.id;
}

async function finishImport(target: Target, id: string): Promise<void> {
  await call({ url: `${target.url}/v1/imports/${id}:finish`, bearer: target.writeKey, body: {} });
}

function words(report: SendReport): string {
  return `${report.sent} sent: ${report.accepted} accepted, ${report.duplicate} duplicate, ${report.rejected} rejected`;
}

function parseFormat(text: string): 'access-log' {
  if (text !== 'access-log') throw new InvalidArgumentError('the only format is access-log');
  return text;
}
