/** EXPORT DATA and LOAD DATA: everything but the files, which whoever runs the statement reads and writes. */

import { resolveColumns } from '../../analysis/resolve-column.ts';
import { typedOptions } from '../../analysis/resolve-options.ts';
import { resolvePartitionBy } from '../../analysis/resolve-partition.ts';
import { tablePath } from '../../analysis/table-path.ts';
import type { ExportDataStatement, LoadDataStatement } from '../../syntax/ast-statement.ts';
import { SqlError } from '../../syntax/sql-error.ts';
import type { JsonObject } from '../definitions.ts';
import { failure } from '../failure.ts';
import type { StatementResult } from '../requests.ts';
import { partitioningOf } from './create-table.ts';
import { exportOptions, loadOptions } from './option-rules.ts';
import { readOptions } from './options.ts';
import { newAnalysis, notSupported, type Run } from './run.ts';
import { runQuery } from './run-query.ts';

/** Runs the query; its rows are the statement's result, to be written as the options say. */
export async function runExportData(run: Run, statement: ExportDataStatement): Promise<StatementResult> {
  if (statement.connection !== undefined) throw notSupported('EXPORT DATA WITH CONNECTION', statement.at);
  if (run.request.destination !== undefined) {
    throw failure('invalid', 'configuration.query.destinationTable cannot be set for EXPORT DATA statements');
  }
  const { definition } = await readOptions(run, typedOptions(statement.options, newAnalysis(run)), exportOptions);
  for (const name of ['uri', 'format']) {
    if (definition[name] === undefined || definition[name] === null) {
      throw new SqlError(`Option '${name}' is required`, statement.at);
    }
  }
  const queried = await runQuery(run, statement.query);
  return { ...queried, statementType: 'EXPORT_DATA', files: { kind: 'export', options: definition } };
}

/** What the load job is that does it. */
export async function runLoadData(run: Run, statement: LoadDataStatement): Promise<StatementResult> {
  const startMs = performance.now();
  refuseUnserved(statement);
  const analysis = newAnalysis(run);
  const { definition } = await readOptions(run, typedOptions(statement.files, analysis), loadOptions);
  for (const [name, key] of [
    ['format', 'sourceFormat'],
    ['uris', 'sourceUris'],
  ] as const) {
    if (definition[key] === undefined || definition[key] === null) {
      throw new SqlError(`Option '${name}' is required`, statement.at);
    }
  }
  const { project, dataset, name } = tablePath(statement.target, analysis);
  const configuration: JsonObject = {
    ...definition,
    sourceFormat: sourceFormat(definition['sourceFormat']),
    destinationTable: { projectId: project, datasetId: dataset, tableId: name },
    writeDisposition: statement.overwrite ? 'WRITE_TRUNCATE' : 'WRITE_APPEND',
    ...layoutOf(statement, analysis),
  };
  return {
    statementType: 'LOAD_DATA',
    files: { kind: 'load', configuration },
    referencedTables: [],
    referencedRoutines: [],
    bytesProcessed: 0,
    analysisMs: performance.now() - startMs,
    executionMs: 0,
  };
}

function refuseUnserved({ temporary, options, unserved, at }: LoadDataStatement): void {
  const [clause] = unserved;
  if (clause !== undefined) throw notSupported(`LOAD DATA … ${clause}`, at);
  if (temporary) throw notSupported('LOAD DATA into a temporary table', at);
  if (options.length > 0) throw notSupported('LOAD DATA with OPTIONS of the table', at);
}

/** The columns of the statement, with the partitions and clusters that it makes of them. */
function layoutOf(statement: LoadDataStatement, analysis: ReturnType<typeof newAnalysis>): JsonObject {
  const { columns, partitionBy, clusterBy, at } = statement;
  const fields = columns === undefined ? undefined : resolveColumns(columns, analysis);
  if (partitionBy !== undefined && fields === undefined)
    throw notSupported('LOAD DATA … PARTITION BY without columns', at);
  return {
    ...(fields === undefined ? {} : { schema: { fields } }),
    ...partitioningOf(partitionBy === undefined ? undefined : resolvePartitionBy(partitionBy, fields ?? [])),
    ...(clusterBy.length === 0
      ? {}
      : { clustering: { fields: clusterBy.map((path) => path.map((part) => part.name).join('.')) } }),
  };
}

/** LOAD DATA says JSON to what load jobs name at length. */
function sourceFormat(format: unknown): unknown {
  const upper = typeof format === 'string' ? format.toUpperCase() : format;
  return upper === 'JSON' || upper === 'NEWLINE_DELIMITED_JSON' ? 'NEWLINE_DELIMITED_JSON' : upper;
}
