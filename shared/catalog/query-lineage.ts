// Owns lineage in the catalog's words: the columns of endpoints that flow into, or influence, each column of a query.
import type { CatalogTable } from '#lib/googlesql/analysis/catalog.ts';
import { lineageOfQuery } from '#lib/googlesql/lineage/lineage.ts';
import type { SourceColumn } from '#lib/googlesql/lineage/source.ts';
import type { QueryTree } from '#lib/googlesql/tree/expression.ts';
import type { EndpointId } from '../platform/ids.ts';
import type { ColumnLineage, ColumnSource } from './endpoint.ts';

/**
 * The lineage of every column of a query, in their order. What decides about all rows influences each of them; a column that
 * flows into another is not told as its influence too.
 */
export function lineageOf(
  query: QueryTree,
  endpoints: ReadonlyMap<CatalogTable, EndpointId>,
): readonly ColumnLineage[] {
  const { columns, rows } = lineageOfQuery(query);
  return columns.map(({ name, values, influences }) => {
    const flowing = new Set(values.map(({ source }) => source));
    const deciding = new Set([...influences, ...rows].map(({ source }) => source).filter((one) => !flowing.has(one)));
    return {
      column: name.toLowerCase(),
      from: [
        ...values.map(({ source, flow }) => sourceOf(source, flow, endpoints)),
        ...[...deciding].map((source) => sourceOf(source, 'influence', endpoints)),
      ],
    };
  });
}

function sourceOf(
  { table, column, fields }: SourceColumn,
  flow: ColumnSource['flow'],
  endpoints: ReadonlyMap<CatalogTable, EndpointId>,
): ColumnSource {
  const endpoint = endpoints.get(table);
  if (endpoint === undefined) throw new Error(`${table.path.name} is not a table that the query may read`);
  return fields.length === 0 ? { endpoint, column, flow } : { endpoint, column, field: fields.join('.'), flow };
}
