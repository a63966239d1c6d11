// Owns the honest end of an erasure: what is left after it, where, and until when.
import { DAY_MS } from '../../platform/civil-date.ts';
import { formatTimestamp } from '../../platform/timestamp.ts';

/** BigQuery keeps deleted rows readable for the time-travel window (7 days unless set lower), then in fail-safe for 7 days. */
const TIME_TRAVEL_DAYS = 7;
/** https://cloud.google.com/bigquery/docs/time-travel: fail-safe cannot be configured. */
const FAIL_SAFE_DAYS = 7;
/** Results of queries are cached for about 24 hours: https://cloud.google.com/bigquery/docs/cached-results */
const QUERY_CACHE_DAYS = 1;
/** A day in which the old key version is only disabled, so that whoever still needs it is found. */
const TRIPWIRE_DAYS = 1;
/** Shortest delay of a destruction, set on our keys: https://cloud.google.com/kms/docs/destroy-restore */
const KMS_DELAY_DAYS = 1;
/** Until destroyed key material is gone from Google's own backups. */
const KMS_PURGE_DAYS = 45;
/** Google's longest time for deleted bytes: https://cloud.google.com/docs/security/deletion */
const STORAGE_PURGE_DAYS = 180;

/** What is known when the certificate is written. */
export interface ErasureEnd {
  readonly shreddedAtMs: number;
  /** When the rows were cleaned; undefined when none had to be. */
  readonly rowsCleanedAtMs: number | undefined;
  /** When the epochs of the keyrings were opened. */
  readonly epochsOpenedAtMs: readonly number[];
  /** Until when what was put together for the person is kept; undefined when nothing was. */
  readonly exportGoneByMs?: number | undefined;
  /** How long an epoch lasts, `platform/privacy.yaml`. */
  readonly epochMs: number;
}

/** Something that outlives the certificate, and the time by which it is gone. */
export interface Residue {
  readonly what: string;
  /** RFC 3339. */
  readonly goneBy: string;
}

/** What is left, nearest end first. */
export function residueOf({
  shreddedAtMs,
  rowsCleanedAtMs,
  epochsOpenedAtMs,
  epochMs,
  exportGoneByMs,
}: ErasureEnd): readonly Residue[] {
  const after = (fromMs: number, days: number): number => fromMs + days * DAY_MS;
  const epochEndMs = Math.max(shreddedAtMs, ...epochsOpenedAtMs.map((openedAtMs) => openedAtMs + epochMs));
  const destroyedMs = after(epochEndMs, TRIPWIRE_DAYS + KMS_DELAY_DAYS);
  const ends: (readonly [what: string, atMs: number])[] = [
    ['cached results of queries that opened values', after(shreddedAtMs, QUERY_CACHE_DAYS)],
    ['use of any stray copy of the keyrings: the key versions of their epochs are destroyed', destroyedMs],
    ['material of those key versions in backups of the key management service', after(destroyedMs, KMS_PURGE_DAYS)],
    ['bytes of the overwritten keyrings on the storage medium', after(shreddedAtMs, STORAGE_PURGE_DAYS)],
  ];
  if (rowsCleanedAtMs !== undefined) {
    ends.push(['deleted rows in time travel', after(rowsCleanedAtMs, TIME_TRAVEL_DAYS)]);
    ends.push(['deleted rows in fail-safe', after(rowsCleanedAtMs, TIME_TRAVEL_DAYS + FAIL_SAFE_DAYS)]);
  }
  if (exportGoneByMs !== undefined) ends.push(['what was put together for the person, encrypted', exportGoneByMs]);
  return ends.sort(([, a], [, b]) => a - b).map(([what, atMs]) => ({ what, goneBy: formatTimestamp(atMs) }));
}
