import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { page, ROOT, rowsOf } from './pages.ts';

const sections = page('docs/local-cloud.md').text.split(/^## /m).slice(1);

/** Folders of `local/` that are no service, or belong to another one's section. */
const NO_SERVICE = new Set(['host', 'primitives', 'iap']);
const TITLES: Readonly<Record<string, string>> = {
  bigquery: 'BigQuery',
  'bigquery-connection': 'BigQuery Connection',
  identity: 'Identity',
  kms: 'Cloud KMS',
  pubsub: 'Pub/Sub',
  scheduler: 'Cloud Scheduler',
  storage: 'Cloud Storage',
  workflows: 'Workflows',
};

test('every service has a section that says what it serves', () => {
  const services = readdirSync(join(ROOT, 'local'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NO_SERVICE.has(entry.name))
    .map(({ name }) => name);
  assert.deepEqual(services.toSorted(), Object.keys(TITLES).toSorted());
  for (const service of services) {
    const section = sections.find((text) => text.startsWith(`${TITLES[service]}\n`));
    assert.match(section ?? '', /^Serves: /m, service);
  }
});

test('every difference names a test that holds it', () => {
  const rows = sections.flatMap(rowsOf);
  assert.ok(rows.length > 40);
  const loose = rows.filter((row) => row.length !== 3 || !/\]\(\.\.\/test\/.*\.test\.ts\)/.test(row[2] ?? ''));
  assert.deepEqual(loose, []);
});
