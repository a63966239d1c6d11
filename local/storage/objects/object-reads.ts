/** Finding objects in the index, and the bytes that lie there. */
import type { Store } from '../../primitives/store.ts';
import { unpad } from '../contents/padding.ts';
import { STATE } from '../tables.ts';
import type { StoredObject } from './object.ts';
import { fromRow, type Row } from './object-row.ts';

export interface ObjectReads {
  live(bucket: number, name: string): StoredObject | undefined;
  /** The live or a noncurrent generation. */
  generation(bucket: number, name: string, generation: number): StoredObject | undefined;
  softDeleted(bucket: number, name: string, generation: number): StoredObject | undefined;
  /** Objects from a name and generation on, in their order. */
  from(bucket: number, which: Listing, start: ListPosition, limit: number): StoredObject[];
  /** Whether nothing is live or noncurrent in a bucket. */
  isEmpty(bucket: number): boolean;
  /** Newer generations of the same name that are live or noncurrent. */
  countNewer(object: StoredObject): number;
  /** Bytes that are in the index. */
  inlineBytes(object: StoredObject): Buffer;
  /** Whether a row names this file. */
  namesFile(file: string): boolean;
  /** Soft-deleted objects whose time is over, a bounded number at a time. */
  purgeable(nowMs: number): StoredObject[];
  nextPurgeMs(): number | undefined;
}

/** `current`: what is live; `versions`: noncurrent ones too; `soft-deleted`: only those. */
export type Listing = 'current' | 'versions' | 'soft-deleted';

/** Inclusive. */
export interface ListPosition {
  readonly name: string;
  readonly generation: number;
}

/** The conditions of the partial indexes are repeated word for word, because an index serves only a query that has its condition. */
const LIVE = `SELECT * FROM objects WHERE bucket = ? AND name = ? AND state = ${STATE.live}`;
const KEPT = 'SELECT * FROM objects WHERE bucket = ? AND name = ? AND generation = ? AND state <> 0 AND state = ?';
const AFTER = '(name, generation) >= (?, ?)';
const LISTS: Record<Listing, string> = {
  current: `SELECT * FROM objects WHERE bucket = ? AND name >= ? AND ${AFTER} AND state = 0 ORDER BY name LIMIT ?`,
  versions: `SELECT * FROM (SELECT * FROM objects WHERE bucket = ?1 AND name >= ?2 AND state = 0
    UNION ALL SELECT * FROM objects WHERE bucket = ?1 AND name >= ?2 AND state <> 0 AND state = ${STATE.noncurrent}
    ORDER BY name, generation) WHERE (name, generation) >= (?3, ?4) LIMIT ?5`,
  'soft-deleted': `SELECT * FROM objects WHERE bucket = ? AND name >= ? AND ${AFTER} AND state <> 0
    AND state = ${STATE.softDeleted} ORDER BY name, generation LIMIT ?`,
};
const COUNT_NEWER = `SELECT
  (SELECT count(*) FROM objects WHERE bucket = ?1 AND name = ?2 AND state = 0 AND generation > ?3) +
  (SELECT count(*) FROM objects WHERE bucket = ?1 AND name = ?2 AND generation > ?3 AND state <> 0
    AND state = ${STATE.noncurrent}) AS count`;
const PURGE_BATCH = 500;

export function createObjectReads(store: Store): ObjectReads {
  const one = (sql: string, ...values: (string | number)[]): StoredObject | undefined => {
    const row = store.get<Row>(sql, ...values);
    return row === undefined ? undefined : fromRow(row);
  };
  const exists = (sql: string, ...values: (string | number)[]): boolean => store.get(sql, ...values) !== undefined;

  return {
    live: (bucket, name) => one(LIVE, bucket, name),
    generation(bucket, name, generation) {
      const live = one(LIVE, bucket, name);
      return live?.generation === generation ? live : one(KEPT, bucket, name, generation, STATE.noncurrent);
    },
    softDeleted: (bucket, name, generation) => one(KEPT, bucket, name, generation, STATE.softDeleted),
    from: (bucket, which, start, limit) =>
      store.all<Row>(LISTS[which], bucket, start.name, start.name, start.generation, limit).map(fromRow),
    isEmpty: (bucket) =>
      !exists('SELECT 1 FROM objects WHERE bucket = ? AND state = 0 LIMIT 1', bucket) &&
      !exists('SELECT 1 FROM objects WHERE bucket = ? AND state <> 0 AND state = ? LIMIT 1', bucket, STATE.noncurrent),
    countNewer: ({ bucket, name, generation }) =>
      store.get<{ count: number }>(COUNT_NEWER, bucket, name, generation)?.count ?? 0,
    inlineBytes(object) {
      if (object.size === 0) return Buffer.alloc(0);
      const row = store.get<{ padded: Uint8Array }>('SELECT padded FROM contents WHERE object = ?', object.id);
      if (row === undefined) throw new Error('the bytes of an object are not in the index');
      return unpad(row.padded, object.size);
    },
    namesFile: (file) => exists('SELECT 1 FROM objects WHERE file = ?', file),
    purgeable: (nowMs) =>
      store
        .all<Row>('SELECT * FROM objects WHERE purge_ms <= ? ORDER BY purge_ms LIMIT ?', nowMs, PURGE_BATCH)
        .map(fromRow),
    nextPurgeMs: () =>
      store.get<{ at: number | null }>('SELECT min(purge_ms) AS at FROM objects WHERE purge_ms IS NOT NULL')?.at ??
      undefined,
  };
}
