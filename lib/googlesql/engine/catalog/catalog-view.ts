/** The catalog as one statement sees it: definitions that have not expired, and the session's own temporary objects. */

import type { Catalog, CatalogRoutine, CatalogTable, Found, ObjectPath } from '../../analysis/catalog.ts';
import type { DefinitionStore } from '../storage/definition-store.ts';
import { catalogRoutine, catalogTable, refOf } from './catalog-table.ts';
import { isExpired } from '../storage/records.ts';
import { informationTable } from './information-schema.ts';

/** Temporary tables and functions of a script, by name; functions in lower case. */
export interface SessionObjects {
  readonly tables: Map<string, CatalogTable>;
  readonly routines: Map<string, CatalogRoutine>;
}

export class CatalogView implements Catalog {
  readonly #definitions: DefinitionStore;
  readonly #session: SessionObjects;
  readonly #nowMs: number;

  constructor(definitions: DefinitionStore, session: SessionObjects, nowMs: number) {
    this.#definitions = definitions;
    this.#session = session;
    this.#nowMs = nowMs;
  }

  findTable(path: ObjectPath): Found<CatalogTable> {
    if (path.dataset === '' && path.project === '') return found(this.#session.tables.get(path.name));
    const ref = refOf(path);
    const isThere = path.dataset === '' || this.#definitions.dataset(ref) !== undefined;
    if (!isThere) return { kind: 'noDataset' };
    if (path.name.startsWith('INFORMATION_SCHEMA.'))
      return found(informationTable(path, this.#definitions, this.#nowMs));
    const record = this.#definitions.table(ref);
    return record === undefined || isExpired(record.definition, this.#nowMs)
      ? { kind: 'noObject' }
      : { kind: 'found', value: catalogTable(record) };
  }

  findRoutine({ project, dataset, name }: ObjectPath): Found<CatalogRoutine> {
    if (dataset === '') return found(this.#session.routines.get(name.toLowerCase()));
    const ref = { projectId: project, datasetId: dataset, routineId: name };
    if (this.#definitions.dataset(ref) === undefined) return { kind: 'noDataset' };
    const record = this.#definitions.routine(ref);
    return record === undefined ? { kind: 'noObject' } : { kind: 'found', value: catalogRoutine(record) };
  }

  listTables(project: string, dataset: string, prefix: string): readonly CatalogTable[] {
    return this.#definitions
      .tables({ projectId: project, datasetId: dataset })
      .filter(({ definition }) => definition.ref.tableId.startsWith(prefix) && !isExpired(definition, this.#nowMs))
      .map(catalogTable);
  }
}

function found<T>(value: T | undefined): Found<T> {
  return value === undefined ? { kind: 'noObject' } : { kind: 'found', value };
}
