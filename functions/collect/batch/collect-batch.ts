// Owns the way of a batch, from events as sent to one verdict each: prepare, publish, keep what failed, and let twins wait.
import { type Verdict, type WireVerdict } from '#shared/events/verdict.ts';
import type { Publisher } from '#shared/gcp/publisher.ts';
import type { BootId } from '#shared/platform/ids.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import type { Budgets } from '../state/budgets.ts';
import type { AdoptedCatalog, Catalogs } from '../state/catalogs.ts';
import type { Sender, Sent } from '../state/hour-books.ts';
import type { HourEntry, HourReports } from '../state/hour-reports.ts';
import type { Imports } from '../state/imports.ts';
import type { Sequences } from '../state/sequences.ts';
import type { SubjectRates } from '../state/subject-rates.ts';
import type { Tally } from '../state/tally.ts';
import { type AcceptedEvents, BatchClaims } from './accepted-events.ts';
import { decided, twinVerdict } from './apply-keys.ts';
import type { Candidate, Refused } from './judge.ts';
import { keepFailed } from './keep-failed.ts';
import { type ArrivedBatch, prepare, type Prepared, type Twin } from './prepare.ts';
import { publishMessages } from './publish.ts';
import { BatchVerdicts, type JudgedEvent } from './verdicts.ts';

/** What a batch is collected by, as it stood when the batch arrived. */
export interface Standing {
  readonly catalog: AdoptedCatalog;
  readonly keyrings: Keyrings;
}

export interface BatchParts {
  readonly boot: BootId;
  readonly sequences: Sequences;
  readonly subjectRates: SubjectRates;
  readonly publisher: Publisher;
  readonly catalogs: Catalogs;
  readonly budgets: Budgets;
  readonly accepted: AcceptedEvents;
  readonly reports: HourReports;
  readonly imports: Imports;
  readonly tally: Tally;
  readonly newFailedId: () => string;
  readonly log: Log;
}

/** A batch under way. */
interface Run {
  readonly entry: HourEntry;
  readonly claims: BatchClaims;
  readonly verdicts: BatchVerdicts;
  readonly importId: ArrivedBatch['batch']['importId'];
  readonly sender: Sender;
  readonly sent: Sent;
  readonly sentAtMs: number | undefined;
  /** What is rejected of events that failed before is among the failed events already. */
  readonly failedBefore: boolean;
  readonly keyrings: Keyrings;
}

/**
 * One verdict for each event, in order. What is `accepted` or `duplicate` is durable; what is `rejected` is kept, sealed, unless
 * its subject is why; what is `retry` has left nothing that would call the next sending a duplicate.
 */
export function collectBatch(
  arrived: ArrivedBatch,
  { catalog, keyrings }: Standing,
  parts: BatchParts,
): Promise<readonly WireVerdict[]> {
  const { batch, writeKey } = arrived;
  const entry = parts.reports.enter();
  const run: Run = {
    entry,
    claims: new BatchClaims(parts.accepted, `${writeKey.name}|${batch.importId ?? ''}`),
    verdicts: new BatchVerdicts(batch.events.length, parts.tally),
    importId: batch.importId,
    sender: { name: writeKey.name, id: writeKey.id },
    sent: { sdk: batch.sdk, events: batch.events.length },
    sentAtMs: batch.sentAtMs,
    failedBefore: arrived.firstReceivedAtMs !== undefined,
    keyrings,
  };
  const { userAgent } = arrived;
  const { receivedAtMs } = run.entry;
  const { sentAtMs, importId } = batch;
  const context = { receivedAtMs, sentAtMs, importId, boot: parts.boot, userAgent };
  // Named one by one, as in `finish`: copying all parts for each request is dear where a request is one event.
  const { catalogs, budgets, sequences, subjectRates, log } = parts;
  const prepareParts = { catalogs, budgets, sequences, subjectRates, log, keyrings, claims: run.claims };
  // Two functions, so that nothing holds the events as sent while their messages are on their way.
  return finish(prepare(arrived, catalog, context, prepareParts), run, parts);
}

async function finish(preparing: Promise<Prepared>, run: Run, parts: BatchParts): Promise<readonly WireVerdict[]> {
  const { entry, claims, verdicts, importId } = run;
  const { publisher, imports, budgets } = parts;
  try {
    const { received, messages, refused, twins, decided: known } = await preparing;
    for (const [type, events] of received) verdicts.receive(type, events);
    for (const { candidate, verdict } of known) verdicts.set(judgedEvent(candidate), verdict);
    await Promise.all([
      messages.length === 0
        ? undefined
        : publishMessages(messages, importId, { publisher, imports, budgets, entry, claims, verdicts }),
      keep(refused, run, parts),
    ]);
    // Twins wait for a verdict that may be one of this very batch, so only now.
    claims.release();
    if (twins.length > 0) await keep(await settleTwins(twins, verdicts), run, parts);
    return verdicts.all();
  } finally {
    claims.release();
    entry.use(run.sender, run.sent);
    entry.book(verdicts.books);
    entry.leave();
  }
}

async function keep(refused: readonly Refused[], run: Run, { publisher, newFailedId }: BatchParts): Promise<void> {
  if (refused.length === 0) return;
  const { keyrings, sender, sent, sentAtMs, entry, verdicts } = run;
  if (run.failedBefore) {
    for (const event of refused) verdicts.set(judgedEvent(event), event.rejection);
    return;
  }
  const context = { receivedAtMs: entry.receivedAtMs, sentAtMs, writeKey: sender.name, sdk: sent.sdk };
  const kept = await keepFailed(refused, context, { keyrings, publisher, newFailedId });
  for (const { refused: event, verdict, kept: so } of kept) verdicts.set(judgedEvent(event), verdict, so);
}

/** Gives twins the verdict that their firsts lead to; those that turn out to collide are to be kept. */
async function settleTwins(twins: readonly Twin[], verdicts: BatchVerdicts): Promise<readonly Refused[]> {
  const colliding: Refused[] = [];
  for (const { candidate, claim, payload } of twins) {
    const outcome = await claim.settled();
    const event = decided(candidate, outcome === 'accepted' ? twinVerdict(payload) : PUBLISH_FAILED);
    if (event.kind === 'refused') colliding.push(event);
    else verdicts.set(judgedEvent(candidate), event.verdict);
  }
  return colliding;
}

const PUBLISH_FAILED: Verdict = { kind: 'retry', code: 'publish_failed' };

function judgedEvent({ index, id, rules }: Candidate | Refused): JudgedEvent {
  return { index, id, type: rules?.eventType.id };
}
