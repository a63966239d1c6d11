/** The index database of Cloud Storage: what buckets, objects and uploads there are, and the bytes of small objects. */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openStore, type Store } from '../primitives/store.ts';
import { PAGE_BYTES } from './contents/padding.ts';

/** What an object is: there is one live generation per name at most. */
export const STATE = { live: 0, noncurrent: 1, softDeleted: 2 } as const;

const TABLES = `
CREATE TABLE marks (generation_ceiling INTEGER NOT NULL) STRICT;
INSERT INTO marks VALUES (0);
CREATE TABLE buckets (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, project TEXT NOT NULL,
  generation INTEGER NOT NULL, metageneration INTEGER NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
  settings TEXT NOT NULL, policy TEXT) STRICT;
CREATE TABLE objects (
  id INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL,
  metageneration INTEGER NOT NULL, state INTEGER NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
  noncurrent_ms INTEGER, soft_deleted_ms INTEGER, purge_ms INTEGER,
  size INTEGER NOT NULL, crc32c INTEGER NOT NULL, md5 BLOB, components INTEGER, properties TEXT NOT NULL, file TEXT) STRICT;
CREATE UNIQUE INDEX live_objects ON objects (bucket, name) WHERE state = 0;
CREATE INDEX kept_objects ON objects (bucket, name, generation) WHERE state <> 0;
CREATE INDEX purges ON objects (purge_ms) WHERE purge_ms IS NOT NULL;
CREATE INDEX object_files ON objects (file) WHERE file IS NOT NULL;
CREATE TABLE contents (object INTEGER PRIMARY KEY, padded BLOB NOT NULL) STRICT;
CREATE TABLE uploads (
  id TEXT PRIMARY KEY, bucket TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, request TEXT NOT NULL,
  received INTEGER NOT NULL, file TEXT, generation INTEGER, started_ms INTEGER NOT NULL) STRICT;
CREATE INDEX uploads_by_age ON uploads (started_ms);
CREATE INDEX upload_files ON uploads (file) WHERE file IS NOT NULL`;

/** @throws when the file is held by another process or is not a database */
export function openIndex(file: string): Store {
  preparePages(file);
  const store = openStore(file, [TABLES]);
  // Savepoints copy pages aside; in memory, never into a file outside the data folder.
  store.all('PRAGMA temp_store = MEMORY');
  return store;
}

/** The page size can only be chosen while a database is empty and not yet in WAL mode. */
function preparePages(file: string): void {
  if (existsSync(file) && statSync(file).size > 0) return;
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; VACUUM;`);
  database.close();
}
