// Owns verifying what is stored: a few sealed values of each event type, drawn anew each time, have to open under the keys they belong to.
import { type Catalog, eventTypesOf } from '#shared/catalog/catalog.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import type { Field } from '#shared/catalog/field.ts';
import { quotedTable, rawTable } from '#shared/catalog/names.ts';
import { otherPersonsOf, sealedColumnOf } from '#shared/catalog/other-persons.ts';
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
  for (const sampled of catalogSamples(catalog)) {
    for await (const row of deps.personRows.rows(sampleSql(sampled))) {
      counts.sampled += 1;
      const opened = await open(deps, sampled.eventType, row);
      counts[opened.kind] += 1;
      if (opened.kind === 'plain' && !opened.fields.every((field) => sampled.fields.has(field))) counts.undeclared += 1;
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

/** One sealed column of an event type: whose it is, and the fields that may be in it. */
interface Sampled {
  readonly eventType: EventType;
  readonly token: string;
  readonly sealed: string;
  readonly fields: ReadonlySet<string>;
}

/** Rows of the last day in any order: the ones that sealing of today has made. */
export function sampleSql({ eventType, token, sealed }: Sampled): string {
  return [
    `SELECT ${token} AS subject, ${sealed} AS sealed`,
    `FROM ${quotedTable(rawTable(eventType.id))}`,
    'WHERE received_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)',
    `  AND ${sealed} IS NOT NULL`,
    `  AND ${token} IS NOT NULL`,
    'ORDER BY RAND()',
    `LIMIT ${SAMPLE_ROWS}`,
  ].join('\n');
}

/** Every sealed column: of subjects, and of the other persons that events name. */
export function catalogSamples(catalog: Catalog): readonly Sampled[] {
  return eventTypesOf(catalog).flatMap((eventType) => {
    const own = sealedFields(eventType).filter(({ whose }) => whose === undefined);
    const others = otherPersonsOf(eventType.fields).map(({ field, sealed }) => ({
      eventType,
      token: field,
      sealed: sealedColumnOf(field),
      fields: namesOf(sealed),
    }));
    return [{ eventType, token: 'subject', sealed: 'sealed', fields: namesOf(own) }, ...others].filter(
      ({ fields }) => fields.size > 0,
    );
  });
}

function namesOf(fields: readonly Field[]): ReadonlySet<string> {
  return new Set(fields.map(({ name }) => name));
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
