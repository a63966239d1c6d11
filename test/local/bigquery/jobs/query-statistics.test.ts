import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementResult } from '#lib/googlesql/engine/requests.ts';
import { affectedRows, billedBytes, queryStatistics } from '#local/bigquery/jobs/query-statistics.ts';

const MB = 1024 * 1024;
const TABLE = { projectId: 'p', datasetId: 'd', tableId: 't' };

function result(more: Partial<StatementResult>): StatementResult {
  return {
    statementType: 'SELECT',
    referencedTables: [TABLE],
    referencedRoutines: [],
    bytesProcessed: 0,
    analysisMs: 1,
    executionMs: 2.4,
    ...more,
  };
}

test('a bill is rounded up to megabytes, and has a least amount for each table', () => {
  assert.equal(billedBytes(result({ bytesProcessed: 0 })), 0);
  assert.equal(billedBytes(result({ bytesProcessed: 1 })), 10 * MB);
  assert.equal(billedBytes(result({ bytesProcessed: 12 * MB + 1 })), 13 * MB);
  assert.equal(billedBytes(result({ bytesProcessed: 12 * MB, referencedTables: [TABLE, TABLE] })), 20 * MB);
});

test('definitions cost nothing, a table made by a query does', () => {
  assert.equal(billedBytes(result({ statementType: 'CREATE_VIEW', bytesProcessed: 5 })), 0);
  assert.equal(billedBytes(result({ statementType: 'DROP_TABLE', bytesProcessed: 5 })), 0);
  assert.equal(billedBytes(result({ statementType: 'CREATE_TABLE_AS_SELECT', bytesProcessed: 5 })), 10 * MB);
});

test('counts are decimal text, as REST writes 64-bit integers', () => {
  const dml = { insertedRowCount: 1, updatedRowCount: 2, deletedRowCount: 3 };
  const merged = result({ statementType: 'MERGE', dml, bytesProcessed: 8 });
  assert.equal(affectedRows(merged), 6);
  assert.deepEqual(queryStatistics(merged), {
    totalBytesProcessed: '8',
    totalSlotMs: '2',
    query: {
      statementType: 'MERGE',
      totalBytesProcessed: '8',
      totalBytesBilled: String(10 * MB),
      totalSlotMs: '2',
      cacheHit: false,
      referencedTables: [TABLE],
      numDmlAffectedRows: '6',
      dmlStats: { insertedRowCount: '1', deletedRowCount: '3', updatedRowCount: '2' },
    },
  });
});

test('a definition says what it did to what', () => {
  const created = result({
    statementType: 'CREATE_TABLE',
    ddl: { operation: 'CREATE', table: TABLE },
    referencedTables: [],
  });
  const { query } = queryStatistics(created);
  assert.deepEqual(query, {
    statementType: 'CREATE_TABLE',
    totalBytesProcessed: '0',
    totalBytesBilled: '0',
    totalSlotMs: '2',
    cacheHit: false,
    ddlOperationPerformed: 'CREATE',
    ddlTargetTable: TABLE,
  });
});
