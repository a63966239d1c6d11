// Owns tables and views of BigQuery as the operator keeps them.
import type { BigQuery, GetTablesOptions, Table } from '@google-cloud/bigquery';
import { restTypeName } from '#lib/googlesql/types/rest-conversion.ts';
import type {
  ColumnResource,
  PartitioningResource,
  TableResource,
  ViewResource,
} from '../catalog/operator/resource.ts';
import { labelChanges, labelsFrom } from './labels.ts';
import { change, createOnce, readIfThere, removeOnce } from './resource-failure.ts';

/** What a list says of a table or view. */
export interface ListedTable {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'other';
  readonly labels: Readonly<Record<string, string>>;
}

/** `tables.get`, as far as it matters: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables */
interface TableRest {
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly schema?: { readonly fields?: readonly FieldRest[] };
  readonly timePartitioning?: { readonly type: string; readonly field?: string; readonly expirationMs?: string };
  readonly clustering?: { readonly fields: readonly string[] };
  readonly view?: { readonly query: string };
  readonly type?: string;
}

interface FieldRest {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
  readonly fields?: readonly FieldRest[];
}

/** The tables and views of a dataset; none when there is no such dataset. */
export async function listTables(client: BigQuery, dataset: string): Promise<readonly ListedTable[]> {
  const found = await readIfThere({ kind: 'dataset', name: dataset }, () => everyTable(client, dataset));
  return (found ?? []).map(({ id, metadata }) => {
    const { type, labels } = metadata as TableRest;
    return { name: `${dataset}.${id}`, kind: kindOf(type), labels: labelsFrom(labels) };
  });
}

/** Page by page by ourselves: to the client's own paging `maxResults` is how many there should be at all. */
async function everyTable(client: BigQuery, dataset: string): Promise<readonly Table[]> {
  const all: Table[] = [];
  for (let options: GetTablesOptions | null = {}; options !== null;) {
    const [page, next]: PagedTables = await client
      .dataset(dataset)
      .getTables({ ...options, autoPaginate: false, maxResults: PAGE_SIZE });
    all.push(...page);
    options = next ?? null;
  }
  return all;
}

type PagedTables = readonly [Table[], (GetTablesOptions | null)?, ...unknown[]];

/** The most that BigQuery answers at once. */
const PAGE_SIZE = 1000;

function kindOf(type: string | undefined): ListedTable['kind'] {
  if (type === 'TABLE') return 'table';
  return type === 'VIEW' ? 'view' : 'other';
}

/** The table or view of a name, if there is one. */
export async function readTable(
  client: BigQuery,
  { name, kind }: { readonly name: string; readonly kind: 'table' | 'view' },
): Promise<TableResource | ViewResource | undefined> {
  const found = await readIfThere({ kind, name }, async () => {
    const [metadata] = await tableOf(client, name).getMetadata();
    return metadata as TableRest;
  });
  if (found === undefined) return undefined;
  const { description = '', view } = found;
  const labels = labelsFrom(found.labels);
  if (view !== undefined) return { kind: 'view', name, description, query: view.query, labels };
  return {
    kind: 'table',
    name,
    description,
    columns: (found.schema?.fields ?? []).map(columnFrom),
    ...partitioningFrom(found.timePartitioning),
    ...(found.clustering === undefined ? {} : { clustering: found.clustering.fields }),
    labels,
  };
}

export function createTable(client: BigQuery, resource: TableResource | ViewResource): Promise<'created' | 'exists'> {
  const { dataset, table } = partsOf(resource.name);
  const labels = { ...resource.labels };
  return createOnce(resource, () => client.dataset(dataset).createTable(table, { ...definition(resource), labels }));
}

export function updateTable(
  client: BigQuery,
  before: TableResource | ViewResource,
  target: TableResource | ViewResource,
): Promise<void> {
  return change(target, () =>
    tableOf(client, target.name).setMetadata({ ...definition(target), ...takenAway(before, target) }),
  );
}

export function removeTable(client: BigQuery, resource: TableResource | ViewResource): Promise<void> {
  return removeOnce(resource, () => tableOf(client, resource.name).delete());
}

/** A table of the client by its dotted name. */
export function tableOf(client: BigQuery, name: string): Table {
  const { dataset, table } = partsOf(name);
  return client.dataset(dataset).table(table);
}

function partsOf(name: string): { readonly dataset: string; readonly table: string } {
  const dot = name.indexOf('.');
  return { dataset: name.slice(0, dot), table: name.slice(dot + 1) };
}

function definition(resource: TableResource | ViewResource): object {
  const { description } = resource;
  if (resource.kind === 'view') return { description, view: { query: resource.query, useLegacySql: false } };
  return {
    description,
    schema: { fields: resource.columns.map(columnTo) },
    ...(resource.partitioning === undefined ? {} : { timePartitioning: restPartitioning(resource.partitioning) }),
    ...(resource.clustering === undefined ? {} : { clustering: { fields: [...resource.clustering] } }),
  };
}

/** A PATCH keeps what it does not name, and takes away what is null; zero is no expiration that BigQuery would accept. */
function takenAway(before: TableResource | ViewResource, target: TableResource | ViewResource): object {
  const labels = labelChanges(before.labels, target.labels);
  if (target.kind === 'view' || before.kind === 'view') return { labels };
  const { partitioning } = target;
  const unlimited = partitioning?.expirationMs === undefined && before.partitioning?.expirationMs !== undefined;
  return {
    labels,
    ...(target.clustering === undefined && before.clustering !== undefined ? { clustering: null } : {}),
    ...(unlimited && partitioning !== undefined
      ? { timePartitioning: { ...restPartitioning(partitioning), expirationMs: null } }
      : {}),
  };
}

function restPartitioning({ column, unit, expirationMs }: PartitioningResource): object {
  return { type: unit, field: column, ...(expirationMs === undefined ? {} : { expirationMs: String(expirationMs) }) };
}

function partitioningFrom(rest: TableRest['timePartitioning']): Pick<TableResource, 'partitioning'> {
  if (rest === undefined) return {};
  const expirationMs = Number(rest.expirationMs ?? 0);
  // A unit or column that the platform does not use compares as different from every one that it does.
  const unit = rest.type as PartitioningResource['unit'];
  const partitioning = { column: rest.field ?? '_PARTITIONTIME', unit };
  return { partitioning: expirationMs === 0 ? partitioning : { ...partitioning, expirationMs } };
}

function columnFrom({ name, type, mode = 'NULLABLE', description, fields, ...others }: FieldRest): ColumnResource {
  return {
    name,
    type: restTypeName(type),
    // The only three that there are.
    mode: mode as ColumnResource['mode'],
    ...(description === undefined || description === '' ? {} : { description }),
    ...(fields === undefined ? {} : { fields: fields.map(columnFrom) }),
    ...(Object.keys(others).length === 0 ? {} : { others }),
  };
}

function columnTo({ others, fields, ...column }: ColumnResource): object {
  return { ...others, ...column, ...(fields === undefined ? {} : { fields: fields.map(columnTo) }) };
}
