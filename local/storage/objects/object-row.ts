/** Rows of the objects table. */
import type { StoredObject } from './object.ts';
import type { ObjectProperties } from './object-properties.ts';

export interface Row {
  readonly id: number;
  readonly bucket: number;
  readonly name: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly state: StoredObject['state'];
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly noncurrent_ms: number | null;
  readonly soft_deleted_ms: number | null;
  readonly purge_ms: number | null;
  readonly size: number;
  readonly crc32c: number;
  readonly md5: Uint8Array | null;
  readonly components: number | null;
  readonly properties: string;
  readonly file: string | null;
}

export function fromRow(row: Row): StoredObject {
  return {
    id: row.id,
    bucket: row.bucket,
    name: row.name,
    generation: row.generation,
    metageneration: row.metageneration,
    state: row.state,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    noncurrentMs: row.noncurrent_ms ?? undefined,
    softDeletedMs: row.soft_deleted_ms ?? undefined,
    purgeMs: row.purge_ms ?? undefined,
    size: row.size,
    crc32c: row.crc32c,
    md5: row.md5 ?? undefined,
    components: row.components ?? undefined,
    // Written from this type by this table alone.
    properties: JSON.parse(row.properties) as ObjectProperties,
    file: row.file ?? undefined,
  };
}
