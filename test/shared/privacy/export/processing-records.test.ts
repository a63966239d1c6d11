/** Records of processing: nothing that is declared is missing from them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { compileRepository } from '#cli/catalog/repository.ts';
import { endpointsOf } from '#shared/catalog/catalog.ts';
import { processingRecords, processingRecordsText } from '#shared/privacy/export/processing-records.ts';
import { openingCatalog } from '#test/functions/privacy/catalogs.ts';

test('every endpoint is in the record of each of its purposes, with ground, owner, retention and recipients', () => {
  const catalog = openingCatalog();
  const records = processingRecords(catalog);
  for (const endpoint of endpointsOf(catalog)) {
    for (const purpose of endpoint.purposes) {
      const record = records.find((each) => each.purpose === purpose);
      const place = record?.endpoints.find((each) => each.endpoint === endpoint.id);
      assert.equal(place?.retention, endpoint.retention, endpoint.id);
      assert.match(place?.contact ?? '', /@/);
    }
  }
  const analytics = records.find(({ purpose }) => purpose === 'analytics');
  assert.ok(analytics?.legalBasis);
  assert.deepEqual(
    analytics.recipients.map(({ name, endpoint }) => [name, endpoint]),
    [['newsletter', 'music.mails']],
  );
  const mail = analytics.categories.find(({ semantic }) => semantic === 'user.email');
  assert.deepEqual(
    [mail?.class, mail?.kept],
    ['strict', ['clear', 'encrypted']],
    'opened in a table, sealed in another',
  );
  assert.deepEqual(analytics.categories.find(({ semantic }) => semantic === 'subject')?.kept, ['pseudonym']);
});

test('the records of this repository say why each of its purposes is pursued, as a page for people', () => {
  const compiled = compileRepository(join(import.meta.dirname, '../../../..'));
  assert.ok(compiled.kind === 'compiled');
  const page = processingRecordsText(processingRecords(compiled.catalog));
  for (const [purpose, { description }] of Object.entries(compiled.catalog.platform.purposes)) {
    const used = endpointsOf(compiled.catalog).some(({ purposes }) => purposes.some((each) => each === purpose));
    assert.equal(page.includes(`## ${purpose}`), used, purpose);
    if (used) assert.ok(page.includes(description));
  }
  assert.match(page, /## Security of processing/);
});
