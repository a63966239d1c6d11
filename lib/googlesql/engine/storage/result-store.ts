/** Rows of queries, kept until they expire: few of them as values, many in a DuckDB table in memory. */

import { randomUUID } from 'node:crypto';
import type { RestSchema } from '../../types/rest-schema.ts';
import type { SqlType } from '../../types/sql-type.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import { failure } from '../failure.ts';
import type { ResultHandle } from '../requests.ts';
import type { Database } from './database.ts';
import { valueBytes } from './value-bytes.ts';

/** The rows of a result. */
export type HeldRows =
  | { readonly kind: 'values'; readonly rows: readonly (readonly SqlValue[])[] }
  /** DuckDB table, its columns `o0`, `o1`, …; rows are numbered by `rowid` from 0. */
  | { readonly kind: 'table'; readonly relation: string };

/** A result as queries leave it. */
export interface HeldResult {
  readonly schema: RestSchema;
  readonly types: readonly SqlType[];
  readonly totalRows: number;
  readonly rows: HeldRows;
}

interface Entry extends HeldResult {
  /** Of values in JavaScript. */
  readonly bytes: number;
  readonly expiresMs: number;
}

/** Most bytes of values that results in JavaScript hold in all; beyond, the oldest results go. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** Most results in DuckDB's memory; beyond, the oldest go. */
const MAX_HELD_TABLES = 64;

export class ResultStore {
  readonly #database: Database;
  readonly #ttlMs: number;
  /** In order of age. */
  readonly #entries = new Map<string, Entry>();
  #heldBytes = 0;
  #heldTables = 0;
  #lastTable = 0;

  constructor(database: Database, ttlMs: number) {
    this.#database = database;
    this.#ttlMs = ttlMs;
  }

  /** A name for a temporary table of a script, which drops it at its end. */
  temporaryRelation(): string {
    this.#lastTable++;
    return `memory.results.t${this.#lastTable}`;
  }

  /** A name for the table of a result. */
  resultRelation(): string {
    this.#lastTable++;
    return `memory.results.r${this.#lastTable}`;
  }

  /** Keeps a result under a new name. */
  async add(result: HeldResult, nowMs: number): Promise<ResultHandle> {
    const resultId = randomUUID();
    const entry = { ...result, bytes: heldBytes(result), expiresMs: nowMs + this.#ttlMs };
    this.#entries.set(resultId, entry);
    this.#count(entry, 1);
    for (const [oldest] of this.#entries) {
      const fits = this.#heldBytes <= MAX_HELD_BYTES && this.#heldTables <= MAX_HELD_TABLES;
      if (fits || oldest === resultId) break;
      await this.drop(oldest);
    }
    return { resultId, totalRows: result.totalRows, expiresMs: entry.expiresMs };
  }

  /** Throws `notFound` when there is no such result, or not any more. */
  get(resultId: string): HeldResult {
    const entry = this.#entries.get(resultId);
    if (entry === undefined)
      throw failure('notFound', `Not found: Query result ${resultId} does not exist or has expired`);
    return entry;
  }

  async drop(resultId: string): Promise<void> {
    const entry = this.#entries.get(resultId);
    if (entry === undefined) return;
    this.#entries.delete(resultId);
    this.#count(entry, -1);
    if (entry.rows.kind === 'table') await this.dropRelation(entry.rows.relation);
  }

  /** Drops a table whose result was never added. */
  async dropRelation(relation: string): Promise<void> {
    await this.#database.withConnection(async (connection) => {
      await connection.run(`DROP TABLE IF EXISTS ${relation}`);
    });
  }

  async dropExpired(nowMs: number): Promise<void> {
    for (const [resultId, { expiresMs }] of this.#entries) if (expiresMs <= nowMs) await this.drop(resultId);
  }

  #count({ rows, bytes }: Entry, sign: 1 | -1): void {
    if (rows.kind === 'table') this.#heldTables += sign;
    this.#heldBytes += sign * bytes;
  }
}

function heldBytes({ rows }: HeldResult): number {
  return rows.kind === 'table' ? 0 : rows.rows.reduce((sum, row) => sum + valueBytes(row), 0);
}
