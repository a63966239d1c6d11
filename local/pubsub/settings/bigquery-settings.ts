/** Which BigQuery table a subscription may write to, and how. Source: https://cloud.google.com/pubsub/docs/create-bigquery-subscription */
import type { SinkColumn, SinkTable } from '../bigquery-sink.ts';
import { invalid } from '../refusals.ts';
import type { BigQueryConfig } from '../resources.ts';

/** Projects may hold colons and dots (`example.com:project`), datasets and tables may not. */
const TABLE = /^(?<projectId>[\w.:-]+)[.:](?<datasetId>\w+)\.(?<tableId>[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+)$/u;

/** Columns that `writeMetadata` fills, with the types they may have. */
const METADATA_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  subscription_name: ['STRING'],
  message_id: ['STRING'],
  publish_time: ['TIMESTAMP'],
  attributes: ['STRING', 'JSON'],
};

/** The column that takes the message body where no schema is used. */
const DATA_COLUMN: Readonly<Record<string, readonly string[]>> = { data: ['BYTES', 'STRING', 'JSON'] };

/** Columns that a table schema may use. */
const COLUMN_NAME = /^\w+$/;

/** @throws ApiError INVALID_ARGUMENT */
export function checkBigQueryConfig(asked: BigQueryConfig): BigQueryConfig {
  if (asked.useTopicSchema && asked.useTableSchema) {
    throw invalid('use_topic_schema and use_table_schema cannot be enabled at the same time.');
  }
  // There are no schemas here, so no topic has one.
  if (asked.useTopicSchema) throw invalid('use_topic_schema cannot be enabled: the topic does not have a schema.');
  tableOf(asked);
  return {
    table: asked.table,
    useTopicSchema: asked.useTopicSchema,
    writeMetadata: asked.writeMetadata,
    dropUnknownFields: asked.dropUnknownFields,
    useTableSchema: asked.useTableSchema,
    serviceAccountEmail: asked.serviceAccountEmail,
  };
}

export function tableOf(config: BigQueryConfig): SinkTable {
  const { projectId, datasetId, tableId } = TABLE.exec(config.table)?.groups ?? {};
  if (projectId === undefined || datasetId === undefined || tableId === undefined) {
    throw invalid(
      `Invalid BigQuery table name given (table=${config.table}). It must be of the form project.dataset.table.`,
    );
  }
  return { projectId, datasetId, tableId };
}

/** Why messages cannot be written to a table with these columns; undefined when they can. */
export function schemaMismatch(config: BigQueryConfig, columns: readonly SinkColumn[]): string | undefined {
  const wanted = { ...(config.useTableSchema ? {} : DATA_COLUMN), ...(config.writeMetadata ? METADATA_COLUMNS : {}) };
  for (const [name, types] of Object.entries(wanted)) {
    const column = columns.find((candidate) => candidate.name.toLowerCase() === name);
    if (column === undefined) return `Incompatible schema: field ${name} not found in the BigQuery table`;
    if (!types.includes(column.type.toUpperCase()) || column.mode === 'REPEATED') {
      return `Incompatible schema type for field ${name}: expected ${types.join(' or ')}, got ${column.type}`;
    }
  }
  return unfillable(config, columns, Object.keys(wanted));
}

function unfillable(
  config: BigQueryConfig,
  columns: readonly SinkColumn[],
  filled: readonly string[],
): string | undefined {
  for (const { name, mode } of columns) {
    if (config.useTableSchema && !COLUMN_NAME.test(name)) {
      return `Incompatible schema: the name of field ${name} may only contain letters, numbers and underscores`;
    }
    if (!config.useTableSchema && mode === 'REQUIRED' && !filled.includes(name.toLowerCase())) {
      return `Incompatible schema mode for field ${name}: expected NULLABLE, got REQUIRED`;
    }
  }
  return undefined;
}
