// Owns verifying what is stored: a few sealed values of each event type, drawn anew each time, have to open under the keys they belong to.
import { type Catalog, eventTypesOf } from '#shared/catalog/catalog.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { quotedTable, rawTable } from '#shared/catalog/names.ts';
import type { PlainRow } from '#shared/gcp/query.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { sealedFields } from '#shared/privacy/export/explanation.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import type { DrillDeps } from './drill-deps.ts';

/** What came of the values, counted. `undeclared`: a field was sealed that the event type does not declare as such. */
export interface Verified {
  readonly sampled: number;
  readonly plain: number;
  readonly shredded: number;
  readonly corrupt: number;
  readonly undeclared: number;
}

/** Of each event type, out of what came in during the last day. */
const SAMPLE_ROWS = 20;

/** Verifies; the values themselves are looked at by nobody and kept nowhere. The use is recorded like any opening. */
export async function verifySamples(deps: DrillDeps): Promise<Verified> {
  const catalog = await deps.catalog();
  const counts = { sampled: 0, plain: 0, shredded: 0, corrupt: 0, undeclared: 0 };
  for (const eventType of sealing(catalog)) {
    const declared = new Set(sealedFields(eventType).map(({ name }) => name));
    for await (const row of deps.personRows.rows(sampleSql(eventType))) {
      counts.sampled += 1;
      const opened = await open(deps, eventType, row);
      counts[opened.kind] += 1;
      if (opened.kind === 'plain' && !opened.fields.every((field) => declared.has(field))) counts.undeclared += 1;
    }
  }
  if (counts.corrupt + counts.undeclared > 0) {
    deps.log.write('CRITICAL', 'sealed values are not what was sealed', {
      code: 'verification_failed',
      count: counts.corrupt,
    });
  }
  const atMs = deps.clock.now();
  const body = { channel: 'verifier', decision: 'allowed', counts };
  await deps.facts.record({ id: `access/${deps.newId()}`, kind: 'access.recorded', atMs, body });
  return counts;
}

/** Rows of the last day in any order: the ones that sealing of today has made. */
export function sampleSql(eventType: Pick<EventType, 'id'>): string {
  return [
    'SELECT subject, sealed',
    `FROM ${quotedTable(rawTable(eventType.id))}`,
    'WHERE received_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)',
    '  AND sealed IS NOT NULL',
    '  AND subject IS NOT NULL',
    'ORDER BY RAND()',
    `LIMIT ${SAMPLE_ROWS}`,
  ].join('\n');
}

function sealing(catalog: Catalog): readonly EventType[] {
  return eventTypesOf(catalog).filter((eventType) => sealedFields(eventType).length > 0);
}

async function open(
  { keys }: DrillDeps,
  { purpose }: EventType,
  { subject, sealed }: PlainRow,
): Promise<{ readonly kind: 'plain'; readonly fields: readonly string[] } | { readonly kind: 'shredded' | 'corrupt' }> {
  if (typeof subject !== 'string' || typeof sealed !== 'string') return { kind: 'corrupt' };
  const value = { purpose, token: subject, sealed: Buffer.from(sealed, 'base64') };
  const opened = await openSealed(keys.keyrings, value);
  if (opened.kind === 'retry') throw new PlatformError(opened.code);
  return opened.kind === 'plain' ? { kind: 'plain', fields: Object.keys(opened.fields) } : opened;
}
