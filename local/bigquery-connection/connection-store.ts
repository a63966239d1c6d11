/** Connections and their IAM policies on disk. */
import { ApiError } from '../primitives/errors.ts';
import type { Store } from '../primitives/store.ts';

export const CONNECTION_TABLE = `CREATE TABLE connections (
  name TEXT PRIMARY KEY, friendly_name TEXT NOT NULL, description TEXT NOT NULL, account TEXT NOT NULL,
  created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL, policy TEXT NOT NULL) STRICT`;

export interface ConnectionRow {
  /** `projects/…/locations/…/connections/…` */
  readonly name: string;
  readonly friendly_name: string;
  readonly description: string;
  /** E-mail address of the service account that it acts as. */
  readonly account: string;
  readonly created_ms: number;
  readonly modified_ms: number;
  /** JSON of its IAM policy; empty when nobody has set one. */
  readonly policy: string;
}

export class ConnectionStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  find(name: string): ConnectionRow | undefined {
    return this.#store.get<ConnectionRow>('SELECT * FROM connections WHERE name = ?', name);
  }

  /** @throws ApiError NOT_FOUND */
  require(name: string): ConnectionRow {
    const row = this.find(name);
    if (row === undefined) throw new ApiError('NOT_FOUND', `Not found: Connection ${name}`);
    return row;
  }

  list(parent: string, after: string, limit: number): ConnectionRow[] {
    return this.#store.all<ConnectionRow>(
      'SELECT * FROM connections WHERE substr(name, 1, length(?)) = ? AND name > ? ORDER BY name LIMIT ?',
      parent,
      parent,
      after,
      limit,
    );
  }

  /** False when there is one of that name. */
  insert(row: ConnectionRow): boolean {
    const { name, friendly_name, description, account, created_ms, modified_ms, policy } = row;
    const values = [name, friendly_name, description, account, created_ms, modified_ms, policy] as const;
    const sql = 'INSERT INTO connections VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';
    return this.#store.run(sql, ...values) > 0;
  }

  update({ name, friendly_name, description, modified_ms }: ConnectionRow): void {
    const sql = 'UPDATE connections SET friendly_name = ?, description = ?, modified_ms = ? WHERE name = ?';
    this.#store.run(sql, friendly_name, description, modified_ms, name);
  }

  setPolicy(name: string, policy: string): void {
    this.#store.run('UPDATE connections SET policy = ? WHERE name = ?', policy, name);
  }

  delete(name: string): void {
    this.#store.run('DELETE FROM connections WHERE name = ?', name);
  }
}
