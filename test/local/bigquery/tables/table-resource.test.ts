import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableDefinition } from '#lib/googlesql/engine/definitions.ts';
import { selectFields, writableTable } from '#local/bigquery/tables/table-reply.ts';
import { decodeTable, tableSpec } from '#local/bigquery/tables/table-resource.ts';
import { ApiError } from '#local/primitives/errors.ts';

const REF = { projectId: 'p', datasetId: 'd', tableId: 't' };

function refusal(body: object): string {
  try {
    tableSpec(REF, decodeTable({ ...body }));
  } catch (error) {
    return error instanceof ApiError ? `${error.httpStatus} ${error.message}` : assert.fail(String(error));
  }
  return assert.fail('was accepted');
}

test('a table is read into what the engine interprets and what is only kept', () => {
  const body = decodeTable({
    tableReference: REF,
    schema: { fields: [{ name: 'a', type: 'STRING', mode: 'REQUIRED', description: 'A.', maxLength: 10 }] },
    timePartitioning: { type: 'HOUR', field: 'h', expirationMs: 1000 },
    clustering: { fields: ['a'] },
    expirationTime: 5,
    requirePartitionFilter: true,
    labels: { x: 'y' },
    description: 'D.',
    numRows: '12',
    etag: 'x',
  });
  assert.deepEqual(tableSpec(REF, body), {
    ref: REF,
    type: 'TABLE',
    fields: [{ name: 'a', type: 'STRING', mode: 'REQUIRED', description: 'A.', maxLength: '10' }],
    timePartitioning: { type: 'HOUR', field: 'h', expirationMs: '1000' },
    clustering: { fields: ['a'] },
    expirationMs: 5,
    requirePartitionFilter: true,
    resource: { description: 'D.', labels: { x: 'y' } },
  });
});

test('what a client may set comes back as it can be sent again', () => {
  const spec = tableSpec(REF, decodeTable({ schema: { fields: [{ name: 'a', type: 'STRING' }] }, labels: { x: 'y' } }));
  const table: TableDefinition = {
    ...spec,
    fields: spec.fields ?? [],
    resource: spec.resource ?? {},
    createdMs: 1,
    modifiedMs: 1,
    revision: 1,
  };
  assert.deepEqual(tableSpec(REF, decodeTable(writableTable(table)), table), spec);
});

test('a lifetime of zero is none', () => {
  const spec = tableSpec(
    REF,
    decodeTable({ expirationTime: '0', timePartitioning: { type: 'DAY', expirationMs: '0' } }),
  );
  assert.equal(spec.expirationMs, undefined);
  assert.deepEqual(spec.timePartitioning, { type: 'DAY' });
});

test('a view has a query in GoogleSQL; its columns stay described as long as the query does', () => {
  const view = { query: 'SELECT 1 AS a', useLegacySql: false };
  const fields = [{ name: 'a', type: 'INTEGER', description: 'One.' }];
  const spec = tableSpec(REF, decodeTable({ view, schema: { fields } }));
  assert.deepEqual(spec, { ref: REF, type: 'VIEW', viewQuery: 'SELECT 1 AS a', fields, resource: {} });
  const before: TableDefinition = { ...spec, fields, resource: {}, createdMs: 1, modifiedMs: 1, revision: 1 };
  const changed = { view: { ...view, query: 'SELECT 2 AS b' }, schema: { fields } };
  assert.equal(tableSpec(REF, decodeTable(changed), before).fields, undefined);
  assert.match(refusal({ view: { query: 'SELECT 1' } }), /^501 Views in legacy SQL/);
});

test('kinds of tables that are not served are refused by name', () => {
  assert.match(
    refusal({ externalDataConfiguration: { sourceUris: [] } }),
    /^501 Tables with externalDataConfiguration/,
  );
  assert.match(refusal({ materializedView: { query: 'SELECT 1' } }), /^501 Tables with materializedView/);
});

test('column names follow the rules, at any depth', () => {
  const nested = (name: string): { readonly schema: object } => ({
    schema: { fields: [{ name: 'r', type: 'RECORD', fields: [{ name, type: 'STRING' }] }] },
  });
  assert.match(refusal(nested('a.b')), /^400 Invalid field name "a\.b"/);
  assert.match(refusal(nested('_PARTITIONTIME')), /^400 Invalid field name "_PARTITIONTIME"/);
  assert.match(refusal(nested('x'.repeat(301))), /at most 300 characters/);
  tableSpec(REF, decodeTable(nested('Två ord')));
});

test('a schema has its limits of columns and depth', () => {
  const many = Array.from({ length: 10_001 }, (_, index) => ({ name: `c${index}`, type: 'STRING' }));
  assert.match(refusal({ schema: { fields: many } }), /^400 Too many total leaf fields: 10001, allowed: 10000/);
  let field: object = { name: 'a', type: 'STRING' };
  for (let depth = 0; depth < 15; depth += 1) field = { name: 'a', type: 'RECORD', fields: [field] };
  assert.match(refusal({ schema: { fields: [field] } }), /more than 15 levels/);
});

test('partitioning and clustering are checked for what no table can have', () => {
  assert.match(
    refusal({ timePartitioning: { type: 'WEEK' } }),
    /^400 Invalid value at 'table\.time_partitioning\.type'/,
  );
  assert.match(refusal({ clustering: { fields: ['a', 'b', 'c', 'd', 'e'] } }), /1 to 4 columns, not 5/);
  const range = { field: 'a', range: { start: '0', end: '0', interval: '1' } };
  assert.match(refusal({ rangePartitioning: range }), /^400 Invalid range partitioning/);
  assert.match(
    refusal({
      timePartitioning: { type: 'DAY' },
      rangePartitioning: { ...range, range: { start: 0, end: 9, interval: 3 } },
    }),
    /^400 Only one of time partitioning and range partitioning/,
  );
});

test('selected fields keep the order of the table; a record is selected whole or in part', () => {
  const record = {
    name: 'r',
    type: 'RECORD',
    fields: [
      { name: 'x', type: 'STRING' },
      { name: 'y', type: 'STRING' },
    ],
  };
  const fields = [{ name: 'a', type: 'STRING' }, record];
  assert.deepEqual(selectFields(fields, ['R.y', 'A']), [
    { name: 'a', type: 'STRING' },
    { ...record, fields: [{ name: 'y', type: 'STRING' }] },
  ]);
  assert.deepEqual(selectFields(fields, ['r']), [record]);
  assert.deepEqual(selectFields(fields, ['z']), []);
});
