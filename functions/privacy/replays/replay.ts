// Owns one page of a replay: failed events opened, sent to collect as they were, and what became of each told.
import { type FailedFilter, type FailedPlace, replayPageSql } from '#shared/events/failed-queries.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { FailedEventTypes } from '#shared/events/undeclared-names.ts';
import type { PersonRows } from '#shared/gcp/person-rows.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import type { Facts } from '../facts.ts';
import { type FailedRow, failedRowOf, type OpenedOriginal, openOriginal } from './open-original.ts';
import type { ReplaySender, ReplayVerdict } from './send-again.ts';

export interface ReplayDeps {
  readonly keyrings: Keyrings;
  /** What was opened longer ago than this is sent nowhere: its key may have been shredded since. */
  readonly useLimitMs: number;
  readonly rows: Pick<PersonRows, 'rows'>;
  readonly catalog: () => Promise<Catalog>;
  readonly send: ReplaySender;
  readonly facts: Facts;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface ReplayRequest {
  readonly filter: FailedFilter;
  readonly after?: FailedPlace | undefined;
  readonly limit: number;
  readonly dryRun: boolean;
  /** Who asked, and why. */
  readonly by: string;
  readonly reason: string;
}

/** What became of the events of a page. In a dry run: what would. */
export interface ReplayCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly retry: number;
  readonly shredded: number;
  readonly corrupt: number;
  readonly unreadable: number;
  /** Opened, and of another type than asked for: what it named was not declared when it failed. */
  readonly otherType: number;
}

export interface ReplayPage {
  readonly done: boolean;
  /** From where the next page goes on. */
  readonly next?: FailedPlace | undefined;
  readonly counts: ReplayCounts;
  /** Why events are rejected once more, and how many. */
  readonly reasons: Readonly<Record<string, number>>;
}

const OPENED_AT_ONCE = 16;

type Opened = OpenedOriginal | { readonly kind: 'otherType' };

interface OpenedRow {
  readonly row: FailedRow;
  readonly opened: Opened;
}

/**
 * Replays the next events. Repeating it changes nothing: what a replay has brought in is not opened again, and what was sent
 * without being told of is recognised by its id. Opening is recorded before anything is sent.
 * @throws PlatformError keys_unavailable, rate_limited, cloud_unavailable, which pass
 */
export async function replayPage(deps: ReplayDeps, request: ReplayRequest): Promise<ReplayPage> {
  const { filter, after, limit } = request;
  const rows: FailedRow[] = [];
  for await (const row of deps.rows.rows(replayPageSql(filter, after, limit))) {
    const failed = failedRowOf(row);
    if (failed !== undefined) rows.push(failed);
  }
  const types = new FailedEventTypes(await deps.catalog());
  const openedAtMs = deps.clock.now();
  const opened = await openAll(rows, filter, { keyrings: deps.keyrings, types });
  await recordAccess(deps, request, opened);
  if (deps.clock.now() - openedAtMs > deps.useLimitMs) throw new PlatformError('keys_unavailable');
  const plain = opened.flatMap(({ row, opened: { kind, ...rest } }) =>
    kind === 'plain' && 'event' in rest ? [{ row, event: rest.event }] : [],
  );
  const verdicts = plain.length === 0 ? [] : await deps.send(plain.map(sendable), request.dryRun);
  if (!request.dryRun)
    await recordReplay(
      deps,
      request,
      plain.map(({ row }, at) => ({ row, verdict: verdicts[at] })),
    );
  const last = rows.at(-1);
  const page = { done: rows.length < limit, counts: countsOf(opened, verdicts), reasons: reasonsOf(verdicts) };
  return last === undefined ? page : { ...page, next: { failedAtMs: last.failedAtMs, id: last.id } };
}

function sendable({ row, event }: { readonly row: FailedRow; readonly event: unknown }) {
  const { writeKey, failedAtMs, sentAt } = row;
  return { event, writeKey, receivedAt: formatTimestamp(failedAtMs), ...(sentAt === undefined ? {} : { sentAt }) };
}

/** What originals are opened with, and judged by. */
interface Opening {
  readonly keyrings: Keyrings;
  readonly types: FailedEventTypes;
}

async function openAll(rows: readonly FailedRow[], { type }: FailedFilter, opening: Opening): Promise<OpenedRow[]> {
  const opened: OpenedRow[] = [];
  for (let at = 0; at < rows.length; at += OPENED_AT_ONCE) {
    const some = rows.slice(at, at + OPENED_AT_ONCE);
    opened.push(...(await Promise.all(some.map(async (row) => ({ row, opened: await open(row, type, opening) })))));
  }
  return opened;
}

async function open(row: FailedRow, type: string | undefined, { keyrings, types }: Opening): Promise<Opened> {
  const opened = await openOriginal(keyrings, row);
  if (opened.kind !== 'plain' || type === undefined || row.type !== undefined) return opened;
  return types.fateOf(opened.event, row.writeKey).type === type ? opened : { kind: 'otherType' };
}

async function recordAccess(
  { facts, clock, newId }: ReplayDeps,
  { by, reason, dryRun }: ReplayRequest,
  opened: readonly OpenedRow[],
): Promise<void> {
  if (opened.length === 0) return;
  const count = (...kinds: readonly Opened['kind'][]): number =>
    opened.filter((each) => kinds.includes(each.opened.kind)).length;
  const body = {
    principal: by,
    channel: 'replay',
    purpose: 'quality',
    field: 'original',
    reason,
    decision: 'allowed',
    dryRun,
    counts: {
      plain: count('plain', 'otherType', 'unreadable'),
      shredded: count('shredded'),
      corrupt: count('corrupt'),
    },
  };
  await facts.record({ id: `access/${newId()}`, kind: 'access.recorded', atMs: clock.now(), body });
}

/** What is to be sent again stays as it is: the next replay finds it. */
async function recordReplay(
  { facts, clock, newId }: ReplayDeps,
  { by, reason }: ReplayRequest,
  sent: readonly { readonly row: FailedRow; readonly verdict: ReplayVerdict | undefined }[],
): Promise<void> {
  const events = sent.flatMap(({ row: { id }, verdict }) => {
    if (verdict === undefined || verdict.status === 'retry') return [];
    return [{ id, status: verdict.status, ...(verdict.code === undefined ? {} : { code: verdict.code }) }];
  });
  if (events.length === 0) return;
  await facts.record({
    id: `replay/${newId()}`,
    kind: 'events.replayed',
    atMs: clock.now(),
    body: { by, reason, events },
  });
}

function countsOf(opened: readonly OpenedRow[], verdicts: readonly ReplayVerdict[]): ReplayCounts {
  const kinds = (kind: Opened['kind']): number => opened.filter((each) => each.opened.kind === kind).length;
  const statuses = (status: ReplayVerdict['status']): number =>
    verdicts.filter((each) => each.status === status).length;
  return {
    accepted: statuses('accepted'),
    duplicate: statuses('duplicate'),
    rejected: statuses('rejected'),
    retry: statuses('retry'),
    shredded: kinds('shredded'),
    corrupt: kinds('corrupt'),
    unreadable: kinds('unreadable'),
    otherType: kinds('otherType'),
  };
}

function reasonsOf(verdicts: readonly ReplayVerdict[]): Readonly<Record<string, number>> {
  const reasons: Record<string, number> = {};
  for (const { status, code = 'unknown', path } of verdicts) {
    if (status !== 'rejected') continue;
    const reason = path === undefined ? code : `${code} at ${path}`;
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return reasons;
}
