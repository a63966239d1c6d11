/** The tables that random queries read, as a catalog. */
import type { Catalog, CatalogTable } from '#lib/googlesql/analysis/catalog.ts';
import { randomTables } from './random-query.ts';
import { typeOfText } from './type-of-text.ts';

const tables = new Map(
  Object.entries(randomTables).map(([name, columns]): [string, CatalogTable] => [
    name,
    {
      path: { project: 'p', dataset: 'd', name },
      kind: 'table',
      columns: columns.map((column) => ({ name: column.name, type: typeOfText(column.type), required: false })),
      requirePartitionFilter: false,
    },
  ]),
);

/** A catalog that has just these. */
export const randomCatalog: Catalog = {
  findTable: ({ name }) => {
    const value = tables.get(name);
    return value === undefined ? { kind: 'noObject' } : { kind: 'found', value };
  },
  findRoutine: () => ({ kind: 'noObject' }),
  listTables: () => [],
};
