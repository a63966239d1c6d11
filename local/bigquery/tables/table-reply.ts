/** The REST resource of a table or view: written in replies. */
import type { JsonObject, TableDefinition, TableRef, TableStatistics } from '#lib/googlesql/engine/definitions.ts';
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import { tableName } from '../errors.ts';
import { etagOf } from '../wire/etag.ts';
import { definedFields } from '../../primitives/json-object.ts';

export function tableEtag(table: TableDefinition): string {
  return etagOf('table', tableName(table.ref), table.createdMs, table.revision);
}

/** The fields that a client may set, as they are now: what PATCH starts from. */
export function writableTable(table: TableDefinition): JsonObject {
  return definedFields({
    ...table.resource,
    schema: { fields: table.fields },
    timePartitioning: table.timePartitioning,
    rangePartitioning: table.rangePartitioning,
    clustering: table.clustering,
    expirationTime: table.expirationMs === undefined ? undefined : String(table.expirationMs),
    requirePartitionFilter: table.requirePartitionFilter,
    view: table.viewQuery === undefined ? undefined : { query: table.viewQuery, useLegacySql: false },
  });
}

export interface TableReplyParts {
  readonly table: TableDefinition;
  /** As the request named it, perhaps with a decorator. */
  readonly ref: TableRef;
  readonly location: string;
  /** Left out for `view=BASIC`. */
  readonly statistics?: TableStatistics;
  /** Columns to show (`a`, `b.c`); all when left out. */
  readonly selectedFields?: readonly string[];
}

/** The whole resource. */
export function tableResource({ table, ref, location, statistics, selectedFields }: TableReplyParts): JsonObject {
  const writable = writableTable(table);
  return {
    kind: 'bigquery#table',
    etag: tableEtag(table),
    id: tableName(ref),
    selfLink: `https://bigquery.googleapis.com/bigquery/v2/projects/${ref.projectId}/datasets/${ref.datasetId}/tables/${ref.tableId}`,
    tableReference: ref,
    ...writable,
    ...(selectedFields === undefined ? {} : { schema: { fields: selectFields(table.fields, selectedFields) } }),
    type: table.type,
    creationTime: String(table.createdMs),
    lastModifiedTime: String(Math.max(table.modifiedMs, statistics?.modifiedMs ?? 0)),
    location,
    ...(statistics === undefined ? {} : sizes(statistics)),
  };
}

function sizes({ rows, bytes }: TableStatistics): JsonObject {
  const logical = String(bytes);
  return {
    numRows: String(rows),
    numBytes: logical,
    numLongTermBytes: '0',
    numTotalLogicalBytes: logical,
    numActiveLogicalBytes: logical,
    numLongTermLogicalBytes: '0',
  };
}

/** The resource as tables.list shows it. */
export function tableListItem(table: TableDefinition): JsonObject {
  const { labels, friendlyName } = table.resource;
  return definedFields({
    kind: 'bigquery#table',
    id: tableName(table.ref),
    tableReference: table.ref,
    type: table.type,
    labels,
    friendlyName,
    timePartitioning: table.timePartitioning,
    rangePartitioning: table.rangePartitioning,
    clustering: table.clustering,
    requirePartitionFilter: table.requirePartitionFilter,
    creationTime: String(table.createdMs),
    expirationTime: table.expirationMs === undefined ? undefined : String(table.expirationMs),
    view: table.viewQuery === undefined ? undefined : { useLegacySql: false },
  });
}

/** The fields that `selected` names, in the table's order; naming a RECORD selects all of it. */
export function selectFields(fields: readonly RestField[], selected: readonly string[]): RestField[] {
  return fields.flatMap((field) => {
    const name = field.name.toLowerCase();
    const wanted = selected
      .map((path) => path.toLowerCase())
      .filter((path) => path === name || path.startsWith(`${name}.`));
    if (wanted.length === 0) return [];
    if (field.fields === undefined || wanted.includes(name)) return [field];
    return [
      {
        ...field,
        fields: selectFields(
          field.fields,
          wanted.map((path) => path.slice(name.length + 1)),
        ),
      },
    ];
  });
}
