/** What a copy job is asked to do: REST `JobConfigurationTableCopy`. */
import type { CopyRequest } from '#lib/googlesql/engine/requests.ts';
import { z } from 'zod';
import { bigQueryError, invalid, notServed } from '../errors.ts';
import { MAX_COPY_SOURCES } from '../limits.ts';
import { tableReferenceShape } from '../tables/table-resource.ts';
import { anyObject, message, text } from '../wire/proto-json.ts';
import {
  createDispositionShape,
  readTable,
  readWriteDisposition,
  writeDispositionShape,
} from './query-configuration.ts';

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationTableCopy */
export const copyShape = message({
  sourceTable: tableReferenceShape.optional(),
  sourceTables: z.array(tableReferenceShape).optional(),
  destinationTable: tableReferenceShape,
  createDisposition: createDispositionShape.optional(),
  writeDisposition: writeDispositionShape.optional(),
  operationType: text.optional(),
  destinationExpirationTime: text.optional(),
  destinationEncryptionConfiguration: anyObject.optional(),
});

export type CopyPlan = CopyRequest;

/** @throws ApiError `invalid`, `required`, or `notImplemented` for snapshots and clones */
export function readCopy(body: z.output<typeof copyShape>, projectId: string): CopyPlan {
  const kind = body.operationType ?? 'COPY';
  if (kind !== 'COPY' && kind !== 'OPERATION_TYPE_UNSPECIFIED')
    throw notServed(`Copy jobs of operationType ${kind} are`);
  if (body.sourceTable !== undefined && body.sourceTables !== undefined) {
    throw invalid('Only one of sourceTable and sourceTables may be specified.');
  }
  const sources = body.sourceTables ?? (body.sourceTable === undefined ? [] : [body.sourceTable]);
  if (sources.length === 0) throw bigQueryError('required', 'Required parameter is missing: sourceTables');
  if (sources.length > MAX_COPY_SOURCES) {
    throw invalid(`Too many source tables: ${sources.length}, allowed: ${MAX_COPY_SOURCES}.`);
  }
  return {
    sources: sources.map((source) => readTable(source, projectId)),
    destination: readTable(body.destinationTable, projectId),
    writeDisposition: readWriteDisposition(body.writeDisposition, 'WRITE_EMPTY'),
    createDisposition: body.createDisposition ?? 'CREATE_IF_NEEDED',
  };
}
