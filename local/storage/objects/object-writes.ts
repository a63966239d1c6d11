/** Writing objects and their bytes into the index, without rules; always within a transaction. */
import type { Store } from '../../primitives/store.ts';
import { pad } from '../contents/padding.ts';
import type { Content } from '../contents/receiving.ts';
import { STATE } from '../tables.ts';
import type { StoredObject } from './object.ts';

export interface ObjectWrites {
  insert(object: Omit<StoredObject, 'id' | 'file'>, content: Content): StoredObject;
  /** Writes metageneration, state, times and properties. */
  update(object: StoredObject): void;
  /** The row and its bytes in the index; a file is the caller's to remove. */
  remove(object: StoredObject): void;
  /** Everything soft-deleted in a bucket; returns the files that are the caller's to remove. */
  removeSoftDeleted(bucket: number): readonly string[];
}

export function createObjectWrites(store: Store): ObjectWrites {
  return {
    insert(object, content) {
      const file = content.kind === 'file' ? content.file : undefined;
      const row = store.get<{ id: number }>(
        'INSERT INTO objects VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id',
        object.bucket,
        object.name,
        object.generation,
        object.metageneration,
        object.state,
        object.createdMs,
        object.updatedMs,
        object.noncurrentMs ?? null,
        object.softDeletedMs ?? null,
        object.purgeMs ?? null,
        object.size,
        object.crc32c,
        object.md5 ?? null,
        object.components ?? null,
        JSON.stringify(object.properties),
        file ?? null,
      );
      if (row === undefined) throw new Error('the inserted object was not returned');
      if (content.kind === 'inline' && content.bytes.length > 0) {
        store.run('INSERT INTO contents VALUES (?, ?)', row.id, pad(content.bytes));
      }
      return { ...object, id: row.id, file };
    },
    update(object) {
      store.run(
        'UPDATE objects SET metageneration = ?, state = ?, updated_ms = ?, noncurrent_ms = ?, soft_deleted_ms = ?, purge_ms = ?, properties = ? WHERE id = ?',
        object.metageneration,
        object.state,
        object.updatedMs,
        object.noncurrentMs ?? null,
        object.softDeletedMs ?? null,
        object.purgeMs ?? null,
        JSON.stringify(object.properties),
        object.id,
      );
    },
    remove(object) {
      store.run('DELETE FROM objects WHERE id = ?', object.id);
      store.run('DELETE FROM contents WHERE object = ?', object.id);
    },
    removeSoftDeleted(bucket) {
      const where = `bucket = ? AND state <> 0 AND state = ${STATE.softDeleted}`;
      const rows = store.all<{ file: string | null }>(`SELECT file FROM objects WHERE ${where}`, bucket);
      store.run(`DELETE FROM contents WHERE object IN (SELECT id FROM objects WHERE ${where})`, bucket);
      store.run(`DELETE FROM objects WHERE ${where}`, bucket);
      return rows.flatMap(({ file }) => file ?? []);
    },
  };
}
