/** The anonymous tables that queries without a destination write to: hidden, short-lived, readable by name. */
import { createHash } from 'node:crypto';
import type { JsonObject, TableRef } from '#lib/googlesql/engine/definitions.ts';
import type { RestSchema } from '#lib/googlesql/types/rest-schema.ts';
import type { CloudClock } from '../../primitives/clock.ts';
import { tableName } from '../errors.ts';
import { etagOf } from '../wire/etag.ts';
import { jobName, type JobReference } from './job-record.ts';

/** The rows of one query, which only this process holds. */
export interface AnonymousTable {
  readonly ref: TableRef;
  readonly resultId: string;
  readonly schema: RestSchema;
  readonly totalRows: number;
  readonly location: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

export interface AnonymousTables {
  put(table: AnonymousTable): void;
  /** Undefined once it has expired, and after a restart. */
  find(ref: TableRef): AnonymousTable | undefined;
  /** Its REST resource. */
  describe(ref: TableRef): JsonObject | undefined;
  /** False when there is none of that name. */
  drop(ref: TableRef): boolean;
}

/** The name of the anonymous table of a job: always the same for the same job. */
export function anonymousTable(job: JobReference): TableRef {
  const dataset = createHash('sha1').update(`${job.projectId}/${job.location}`).digest('hex');
  const table = createHash('sha256').update(jobName(job)).digest('hex');
  return { projectId: job.projectId, datasetId: `_${dataset}`, tableId: `anon${table}` };
}

/** @param forget tells the engine that nobody will ask for the rows of a result again */
export function createAnonymousTables(clock: CloudClock, forget: (resultId: string) => void): AnonymousTables {
  const tables = new Map<string, AnonymousTable>();

  const find = (ref: TableRef): AnonymousTable | undefined => {
    const table = tables.get(tableName(ref));
    if (table === undefined || table.expiresMs > clock.now()) return table;
    tables.delete(tableName(ref));
    return undefined;
  };

  /** Entries are in the order of their making, so the expired ones come first. */
  const dropExpired = (): void => {
    for (const [name, table] of tables) {
      if (table.expiresMs > clock.now()) return;
      tables.delete(name);
    }
  };

  return {
    put(table) {
      dropExpired();
      tables.set(tableName(table.ref), table);
    },
    find,
    describe(ref) {
      const table = find(ref);
      return table === undefined ? undefined : resource(table);
    },
    drop(ref) {
      const table = find(ref);
      if (table === undefined) return false;
      tables.delete(tableName(ref));
      forget(table.resultId);
      return true;
    },
  };
}

function resource(table: AnonymousTable): JsonObject {
  return {
    kind: 'bigquery#table',
    etag: etagOf('anonymous', table.resultId),
    id: tableName(table.ref),
    tableReference: table.ref,
    schema: table.schema,
    type: 'TABLE',
    numRows: String(table.totalRows),
    location: table.location,
    creationTime: String(table.createdMs),
    lastModifiedTime: String(table.createdMs),
    expirationTime: String(table.expiresMs),
  };
}
