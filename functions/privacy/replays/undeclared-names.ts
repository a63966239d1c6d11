// Owns opening failed events for their names alone: which names came that nothing declares, and nothing else of what was sent.
import { type FailedFilter, UNDECLARED_CODES, undeclaredSampleSql } from '#shared/events/failed-queries.ts';
import { NameTally, type UndeclaredNames } from '#shared/events/undeclared-names.ts';
import type { PlainRow } from '#shared/gcp/query.ts';
import { type FailedRow, failedRowOf, openOriginal } from './open-original.ts';
import type { ReplayDeps } from './replay.ts';

export type NamesDeps = Pick<ReplayDeps, 'keyrings' | 'rows' | 'catalog' | 'facts' | 'clock' | 'newId'>;

export interface NamesRequest {
  readonly filter: FailedFilter;
  /** Names that fewer people sent are counted, and not told. */
  readonly minPeople: number;
  /** Who asked. */
  readonly by: string;
}

export interface NamesFound extends UndeclaredNames {
  /** How many there are, and how many of them were opened. */
  readonly total: number;
  readonly looked: number;
  /** Of those: opened by nobody any more, or not to be read. */
  readonly shredded: number;
  readonly unreadable: number;
}

/** Originals that are opened; a share of all says as much as all of them. */
const MAX_LOOKED = 1000;
const OPENED_AT_ONCE = 16;

type Code = (typeof UNDECLARED_CODES)[number];

/**
 * Looks at failed events that nothing declares. The opening is recorded before anything is told.
 * @throws PlatformError keys_unavailable, cloud_unavailable, which pass
 */
export async function undeclaredNames(deps: NamesDeps, { filter, minPeople, by }: NamesRequest): Promise<NamesFound> {
  const tally = new NameTally(await deps.catalog());
  const rows: { readonly row: FailedRow; readonly code: Code }[] = [];
  let total = 0;
  for await (const plain of deps.rows.rows(undeclaredSampleSql(filter, MAX_LOOKED))) {
    total = Number(plain['total'] ?? 0);
    const [row, code] = [failedRowOf(plain), codeOf(plain)];
    if (row !== undefined && code !== undefined) rows.push({ row, code });
  }
  const counts = { plain: 0, shredded: 0, corrupt: 0, unreadable: 0 };
  for (let at = 0; at < rows.length; at += OPENED_AT_ONCE) {
    await Promise.all(
      rows.slice(at, at + OPENED_AT_ONCE).map(async ({ row, code }) => {
        const opened = await openOriginal(deps.keyrings, row);
        counts[opened.kind] += 1;
        if (opened.kind !== 'plain') return;
        const { writeKey, failedAtMs, subject } = row;
        tally.add({ code, writeKey, failedAtMs, subject, event: opened.event });
      }),
    );
  }
  if (rows.length > 0) await recordAccess(deps, { by, minPeople, counts });
  const { shredded, unreadable, corrupt } = counts;
  return { ...tally.told(minPeople), total, looked: rows.length, shredded, unreadable: unreadable + corrupt };
}

function codeOf(row: PlainRow): Code | undefined {
  return UNDECLARED_CODES.find((code) => code === row['code']);
}

async function recordAccess(
  { facts, clock, newId }: NamesDeps,
  {
    by,
    minPeople,
    counts: { plain, unreadable, shredded, corrupt },
  }: Pick<NamesRequest, 'by' | 'minPeople'> & {
    readonly counts: Readonly<Record<'plain' | 'shredded' | 'corrupt' | 'unreadable', number>>;
  },
): Promise<void> {
  const body = {
    principal: by,
    channel: 'names',
    purpose: 'quality',
    field: 'name',
    reason: `names of events that nothing declares, of ${minPeople} people or more`,
    decision: 'allowed',
    counts: { plain: plain + unreadable, shredded, corrupt },
  };
  await facts.record({ id: `access/${newId()}`, kind: 'access.recorded', atMs: clock.now(), body });
}
