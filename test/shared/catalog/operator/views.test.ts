import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { analyzeQuery } from '#lib/googlesql/analysis/analyze.ts';
import type { Catalog } from '#lib/googlesql/analysis/catalog.ts';
import { typeOfField } from '#lib/googlesql/types/rest-conversion.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import type { ColumnResource } from '#shared/catalog/operator/resource.ts';
import { resourceId } from '#shared/catalog/operator/resource.ts';
import { wantedResources } from '#shared/catalog/operator/wanted.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const result = compileCatalog(readDeclarations(ROOT).files);
assert.ok(result.kind === 'compiled');
const want = wantedResources(result.catalog, { projectId: 'p', region: 'eu', workflows: {}, workflowEnvironment: {} });

const tables = new Map(want.flatMap(({ resource }) => (resource.kind === 'table' ? [[resource.name, resource]] : [])));

const world: Catalog = {
  findTable: ({ dataset, name }) => {
    const table = tables.get(`${dataset}.${name}`);
    if (table === undefined) return { kind: 'noObject' };
    const columns = table.columns.map((column) => ({ name: column.name, type: typeOf(column), required: false }));
    const path = { project: 'p', dataset, name };
    return { kind: 'found', value: { path, kind: 'table', columns, requirePartitionFilter: false } };
  },
  findRoutine: () => ({ kind: 'noObject' }),
  listTables: () => [],
};

function typeOf(column: ColumnResource): NonNullable<ReturnType<typeof typeOfField>> {
  const type = typeOfField(column as Parameters<typeof typeOfField>[0]);
  assert.ok(type !== undefined, column.type);
  return type;
}

test('every view is a query over tables of the catalog, each of which is made before it', () => {
  let views = 0;
  for (const { resource, after } of want) {
    if (resource.kind !== 'view') continue;
    views += 1;
    const outcome = analyzeQuery(resource.query, world, { project: 'p' });
    assert.ok(
      outcome.kind === 'ok',
      `${resourceId(resource)}: ${outcome.kind === 'failed' ? outcome.problem.message : ''}`,
    );
    for (const { path } of outcome.query.tables) {
      assert.ok(after.includes(`table ${path.dataset}.${path.name}`), `${resource.name} after ${path.name}`);
    }
  }
  assert.ok(views >= 10, `only ${views} views`);
});

test('the views of facts have columns of types, not only JSON', () => {
  const columnsOf = (name: string): Record<string, string> => {
    const view = want.find(({ resource }) => resource.kind === 'view' && resource.name === name)?.resource;
    assert.ok(view?.kind === 'view', name);
    const outcome = analyzeQuery(view.query, world, { project: 'p' });
    assert.ok(outcome.kind === 'ok');
    return Object.fromEntries(outcome.query.tree.columns.map((column) => [column.name, column.column.type.kind]));
  };
  assert.deepEqual(columnsOf('platform.lineage'), {
    fact_id: 'STRING',
    happened_at: 'TIMESTAMP',
    endpoint: 'STRING',
    partition_key: 'STRING',
    generation: 'INT64',
    run: 'STRING',
    input_endpoint: 'STRING',
    input_partition_key: 'STRING',
    input_generation: 'INT64',
    body: 'JSON',
  });
  assert.equal(columnsOf('platform.runs')['started_at'], 'TIMESTAMP');
  assert.equal(columnsOf('platform.partitions')['row_count'], 'INT64');
});
