import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareColumns } from '#shared/catalog/operator/compare-columns.ts';
import { compareResources } from '#shared/catalog/operator/compare.ts';
import type { ColumnResource, TableResource } from '#shared/catalog/operator/resource.ts';

function column(name: string, changes: Partial<ColumnResource> = {}): ColumnResource {
  return { name, type: 'STRING', mode: 'NULLABLE', description: `The ${name}.`, ...changes };
}

function told(want: readonly ColumnResource[], have: readonly ColumnResource[]): readonly string[] {
  return compareColumns(want, have).differences.map(({ effect, text }) => `${effect}: ${text}`);
}

test('columns of one name are one column, wherever they stand', () => {
  assert.deepEqual(told([column('a'), column('b')], [column('b'), column('A', { description: 'The a.' })]), []);
});

test('a new column comes last, one that is no longer wanted stays', () => {
  const compared = compareColumns([column('new'), column('b')], [column('old'), column('b')]);
  assert.deepEqual(
    compared.merged.map(({ name }) => name),
    ['old', 'b', 'new'],
  );
  assert.deepEqual(compared.differences, [{ effect: 'update', text: 'column new STRING added' }]);
});

test('a column that must have values is relaxed, wanted or not', () => {
  const required = column('a', { mode: 'REQUIRED' });
  assert.deepEqual(told([column('a')], [required]), ['update: column a may be empty']);
  assert.deepEqual(compareColumns([], [required]).merged, [column('a')]);
});

test('another type or an array is refused, inside of records too', () => {
  assert.deepEqual(told([column('a', { type: 'INTEGER' })], [column('a')]), [
    'refuse: column a is STRING, not INTEGER',
  ]);
  assert.deepEqual(told([column('a', { mode: 'REPEATED' })], [column('a')]), [
    'refuse: column a is STRING, not STRING REPEATED',
  ]);
  const record = (field: ColumnResource): ColumnResource => column('r', { type: 'RECORD', fields: [field] });
  assert.deepEqual(told([record(column('x', { type: 'DATE' }))], [record(column('x'))]), [
    'refuse: column r.x is STRING, not DATE',
  ]);
  const compared = compareColumns([record(column('y'))], [record(column('x'))]);
  assert.deepEqual(
    compared.merged[0]?.fields?.map(({ name }) => name),
    ['x', 'y'],
  );
});

test('what others have set on a column stays', () => {
  const others = { policyTags: { names: ['projects/p/locations/eu/taxonomies/1/policyTags/2'] } };
  const { merged } = compareColumns([column('a', { description: 'Anew.' })], [column('a', { others })]);
  assert.deepEqual(merged, [column('a', { description: 'Anew.', others })]);
});

const TABLE: TableResource = {
  kind: 'table',
  name: 'music.played',
  description: 'Plays.',
  columns: [column('a')],
  partitioning: { column: 'hour', unit: 'HOUR', expirationMs: 86_400_000 },
  labels: { owner: 'team-a', 'managed-by': 'tributary' },
};

function effects(want: TableResource, have: TableResource): readonly string[] {
  return compareResources(want, have).differences.map(({ effect, text }) => `${effect}: ${text}`);
}

test('partitions that are kept longer are an update, shorter ones drop data, another grain is refused', () => {
  const kept = (days: number | undefined): TableResource => ({
    ...TABLE,
    partitioning: { column: 'hour', unit: 'HOUR', ...(days === undefined ? {} : { expirationMs: days * 86_400_000 }) },
  });
  assert.deepEqual(effects(kept(2), kept(1)), ['update: partitions are kept 2 days, not 1 days']);
  assert.deepEqual(effects(kept(undefined), kept(1)), ['update: partitions are kept for ever, not 1 days']);
  assert.deepEqual(effects(kept(1), kept(undefined)), ['drop: partitions are kept 1 days, not for ever']);
  const daily: TableResource = { ...TABLE, partitioning: { column: 'hour', unit: 'DAY', expirationMs: 86_400_000 } };
  assert.deepEqual(effects(daily, TABLE), ['refuse: partitioning: by HOUR of hour -> by DAY of hour']);
  assert.deepEqual(effects({ ...TABLE, partitioning: undefined }, TABLE), [
    'refuse: partitioning: by HOUR of hour -> none',
  ]);
});

test('labels of others stay, our own follow the declaration', () => {
  const have = { ...TABLE, labels: { owner: 'team-b', tier: 'gold', theirs: 'yes' } };
  const { differences, target } = compareResources(TABLE, have);
  assert.deepEqual(
    differences.map(({ text }) => text),
    ['label managed-by added', 'label owner: team-b -> team-a', 'label tier taken away'],
  );
  assert.ok(target.kind === 'table');
  assert.deepEqual(target.labels, { theirs: 'yes', owner: 'team-a', 'managed-by': 'tributary' });
});

test('a region is the same however Google writes it, another one is refused', () => {
  const dataset = { kind: 'dataset', name: 'music', location: 'eu', description: 'Music.', labels: {} } as const;
  assert.deepEqual(compareResources(dataset, { ...dataset, location: 'EU' }).differences, []);
  const [moved] = compareResources(dataset, { ...dataset, location: 'US' }).differences;
  assert.equal(moved?.effect, 'refuse');
});
