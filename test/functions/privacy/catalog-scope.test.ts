import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { ColumnSource } from '#shared/catalog/endpoint.ts';
import { planScope, type ScopeItem } from '#shared/privacy/erasure/scope-plan.ts';
import { scopeOf } from '#functions/privacy/erasures/catalog-scope.ts';
import { opensValues } from '#shared/privacy/erasure/opens-values.ts';
import { compiled } from '#test/shared/catalog/declarations.ts';
import { coveredCatalog, MAILS, openingCatalog, unknownCatalog } from './catalogs.ts';

function planOf(catalog: Catalog): ReadonlyMap<string, ScopeItem> {
  return new Map(planScope(scopeOf(catalog)).map((item) => [item.endpoint, item]));
}

/** The catalog with other lineage of the opened addresses, and maybe another query. */
function withLineage(flow: ColumnSource['flow'], column: string, query?: string): Catalog {
  const catalog = openingCatalog();
  const [id, mails] = Object.entries(catalog.endpoints).find(([name]) => name === MAILS) ?? [];
  assert.ok(id !== undefined && mails?.kind === 'sql');
  const played = Object.values(catalog.endpoints).find((endpoint) => endpoint.kind === 'event');
  assert.ok(played !== undefined);
  const from = (name: string, how: ColumnSource['flow']): readonly ColumnSource[] => [
    { endpoint: played.id, column: name, flow: how },
  ];
  const lineage = [
    { column: 'day', from: from('hour', 'transformed') },
    { column: 'subject', from: from('subject', 'identity') },
    { column: 'email', from: from(column, flow) },
  ];
  const columns = mails.columns.map((each) => (each.name === 'email' ? { ...each, semantic: undefined } : each));
  return {
    ...catalog,
    endpoints: { ...catalog.endpoints, [id]: { ...mails, columns, lineage, query: query ?? mails.query } },
  };
}

test('what holds only sealed values and pseudonyms is covered: raw events, failed ones, dead letters, endpoints', () => {
  const plan = planOf(coveredCatalog());
  const [raw, event, derived] = ['raw.music_played', 'music.played', 'music.daily_plays'];
  for (const id of [raw, 'platform.failed_events', 'platform.dead_letters', event, derived]) {
    assert.equal(plan.get(id ?? '')?.action, 'covered', id);
  }
  assert.equal(plan.size, 5);
});

test('an endpoint with opened values has its rows deleted, found by the subject', () => {
  const item = planOf(openingCatalog()).get(MAILS);
  assert.deepEqual([item?.action, item?.tokenColumns], ['row-delete', ['subject']]);
});

test('a column that the analysis says nothing of blocks', () => {
  assert.equal(planOf(unknownCatalog()).get(MAILS)?.action, 'unknown');
});

test('where a query opens anything, what it transforms or aggregates of a sealed column is opened, and a copy is not', () => {
  const actionOf = (flow: ColumnSource['flow'], query?: string): string | undefined =>
    planOf(withLineage(flow, 'sealed', query)).get(MAILS)?.action;
  assert.equal(actionOf('transformed'), 'row-delete');
  assert.equal(actionOf('aggregated'), 'row-delete');
  assert.equal(actionOf('identity'), 'covered');
  assert.equal(actionOf('transformed', 'SELECT TO_BASE64(sealed) AS email FROM music.played'), 'covered');
});

test('what opens values is told from the text of a query, and what cannot be read is taken to', () => {
  for (const query of [
    "SELECT platform.reveal_analytics(subject, sealed, 'email')",
    'SELECT `platform`.`reveal_account`(a, b, c)',
    'SELECT `platform.REVEAL_account`(a, b, c)',
    'SELECT AEAD.DECRYPT_STRING(k, sealed, subject)',
    'SELECT deterministic_decrypt_bytes(k, c, a)',
    'SELECT `platform`.`reve\\x61l_account`(a, b, c)',
    "SELECT 'unclosed",
  ]) {
    assert.ok(opensValues(query), query);
  }
  for (const query of [
    'SELECT revealed, unreveal_it FROM t',
    "SELECT 'platform.reveal_analytics' -- aead.decrypt",
    'SELECT SHA256(sealed)',
  ]) {
    assert.ok(!opensValues(query), query);
  }
});

test("the repository's own endpoints hold nothing that opens without the keys", () => {
  const root = new URL('../../../', import.meta.url).pathname;
  const files = ['platform', 'events', 'sql'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? [[path.slice(root.length), readFileSync(path, 'utf8')] as const] : [];
    }),
  );
  const plan = [...planOf(compiled(new Map(files))).values()];
  assert.ok(plan.length > 10);
  assert.deepEqual(
    plan.filter(({ action }) => action !== 'covered'),
    [],
  );
});
