/** What a statement did and what it would cost, as REST `JobStatistics`. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { StatementResult } from '#lib/googlesql/engine/requests.ts';
import { BILLED_UNIT_BYTES, MIN_BILLED_BYTES } from '../limits.ts';
import { definedFields } from '../../primitives/json-object.ts';

/** Statements that read nothing that is paid for. */
const FREE = /^(?:CREATE_(?!TABLE_AS_SELECT)|DROP_|ALTER_|TRUNCATE_)/;

/** Bytes on the bill: rounded up, with a least amount for each table read. Source: as `MIN_BILLED_BYTES` */
export function billedBytes(result: StatementResult): number {
  if (FREE.test(result.statementType) || result.bytesProcessed === 0) return 0;
  const rounded = Math.ceil(result.bytesProcessed / BILLED_UNIT_BYTES) * BILLED_UNIT_BYTES;
  return Math.max(rounded, MIN_BILLED_BYTES * Math.max(1, result.referencedTables.length));
}

/** The rows that a DML statement touched; undefined for other statements. */
export function affectedRows(result: StatementResult): number | undefined {
  if (result.dml === undefined) return undefined;
  return result.dml.insertedRowCount + result.dml.updatedRowCount + result.dml.deletedRowCount;
}

/** Statistics of a finished statement. */
export function queryStatistics(result: StatementResult): JsonObject {
  const bytes = String(result.bytesProcessed);
  const slotMs = String(Math.round(result.executionMs));
  return {
    totalBytesProcessed: bytes,
    totalSlotMs: slotMs,
    query: definedFields({
      statementType: result.statementType,
      totalBytesProcessed: bytes,
      totalBytesBilled: String(billedBytes(result)),
      totalSlotMs: slotMs,
      cacheHit: false,
      referencedTables: result.referencedTables.length === 0 ? undefined : result.referencedTables,
      referencedRoutines: result.referencedRoutines.length === 0 ? undefined : result.referencedRoutines,
      ...dmlStatistics(result),
      ...ddlStatistics(result),
    }),
  };
}

/** Statistics of a dry run: what would be read, and what would come of it. */
export function dryRunStatistics(result: StatementResult): JsonObject {
  const bytes = String(result.bytesProcessed);
  return {
    totalBytesProcessed: bytes,
    query: definedFields({
      statementType: result.statementType,
      totalBytesProcessed: bytes,
      totalBytesProcessedAccuracy: 'PRECISE',
      totalBytesBilled: '0',
      cacheHit: false,
      schema: result.schema,
      referencedTables: result.referencedTables.length === 0 ? undefined : result.referencedTables,
      referencedRoutines: result.referencedRoutines.length === 0 ? undefined : result.referencedRoutines,
      undeclaredQueryParameters: result.undeclaredParameters?.length === 0 ? undefined : result.undeclaredParameters,
      ...ddlStatistics(result),
    }),
  };
}

function dmlStatistics(result: StatementResult): JsonObject {
  const { dml } = result;
  if (dml === undefined) return {};
  return {
    numDmlAffectedRows: String(affectedRows(result) ?? 0),
    dmlStats: {
      insertedRowCount: String(dml.insertedRowCount),
      deletedRowCount: String(dml.deletedRowCount),
      updatedRowCount: String(dml.updatedRowCount),
    },
  };
}

function ddlStatistics({ ddl }: StatementResult): JsonObject {
  if (ddl === undefined) return {};
  return definedFields({
    ddlOperationPerformed: ddl.operation,
    ddlTargetTable: ddl.table,
    ddlTargetDataset: ddl.dataset,
    ddlTargetRoutine: ddl.routine,
  });
}
