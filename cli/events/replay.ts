// Owns `trib events replay`: failed events sent through collect once more, page by page; where it ended it can be begun again.
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { isErrorCode, mayRetry } from '#shared/platform/error-codes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { dataOption, type DataOption } from '../commands/data-option.ts';
import { createProgressLine, printJson, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { SINCE_HELP, sinceOf } from './since.ts';

interface Options extends DataOption {
  readonly type?: string;
  readonly reason?: string;
  readonly since: string;
  readonly dryRun?: boolean;
}

type Counts = Readonly<Record<string, number>>;

interface Page {
  readonly done: boolean;
  readonly next?: object;
  readonly counts: Counts;
  readonly reasons: Counts;
}

/** What passes by itself is waited for so long. */
const PATIENCE_MS = 120_000;
const WAIT_MS = 1000;
const COUNTED = ['accepted', 'duplicate', 'rejected', 'retry', 'shredded', 'corrupt', 'unreadable'] as const;

export function registerReplay(events: Command): void {
  events
    .command('replay')
    .description('send failed events again after a fix; what was brought in before is left out')
    .addOption(dataOption())
    .option(
      '--type <event type>',
      'such as listening.TrackPlayed; also finds events that failed before it was declared',
    )
    .option('--reason <code>', 'a code of docs/errors.md')
    .option('--since <when>', `failed since: ${SINCE_HELP}`, '24h')
    .option('--dry-run', 'only tell what would become of them')
    .action(replay);
}

async function replay(options: Options): Promise<void> {
  const connection = connect(options.data);
  const { type, reason, dryRun = false } = options;
  const since = sinceOf(options.since, Date.now());
  const progress = createProgressLine();
  const counts: Record<string, number> = Object.fromEntries(COUNTED.map((name) => [name, 0]));
  const reasons: Record<string, number> = {};
  let after: object | undefined;
  for (let done = false; !done;) {
    const page = await patiently(() =>
      call<Page>({
        url: `${connection.ready.privacy}/v1/failed-events:replay`,
        bearer: tokenOf(connection, 'team'),
        body: { type, reason, since, dryRun, after },
      }),
    );
    add(counts, page.counts);
    add(reasons, page.reasons);
    progress.update(words(counts, dryRun));
    ({ done } = page);
    after = page.next;
  }
  progress.done(words(counts, dryRun));
  for (const [why, events] of Object.entries(reasons)) say(`${dryRun ? 'would be ' : ''}rejected ${events}: ${why}`);
  if ((counts['retry'] ?? 0) > 0) say('What is to be sent again is found by the next replay.');
  const { otherType: _, ...shown } = counts;
  printJson({ dryRun, ...shown, reasons });
}

/** Asks again for as long as what is wrong passes by itself: replays give way to what apps send. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof PlatformError && isErrorCode(error.code) && mayRetry(error.code);
      if (!passes || Date.now() > deadlineMs) throw error;
      await pause(WAIT_MS);
    }
  }
}

function add(sums: Record<string, number>, more: Counts): void {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count;
}

function words(counts: Counts, dryRun: boolean): string {
  const told = COUNTED.filter((name) => (counts[name] ?? 0) > 0).map((name) => `${counts[name]} ${name}`);
  return `${dryRun ? 'would be: ' : ''}${told.length === 0 ? 'nothing to replay' : told.join(', ')}`;
}
