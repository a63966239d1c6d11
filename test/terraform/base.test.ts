import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LOGS_DATASET } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { SETTINGS } from '#shared/platform/settings.ts';
import { baseOf, computed, textAt, GOOGLE_ONLY, GOOGLE_ONLY_ADDRESSES } from './base-of.ts';
import { expand, readModule, type ResourceInstance } from './expand.ts';

const FOLDER = fileURLToPath(new URL('../../terraform', import.meta.url));
const PLACE = { projectId: 'test-project', region: 'europe-north1' };

const resources = await expand(
  FOLDER,
  {
    project_id: PLACE.projectId,
    project_number: '123456789012',
    region: PLACE.region,
    alert_emails: { owner: 'a@example.com' },
  },
  computed,
);

function isGoogleOnly({ address, type }: ResourceInstance): boolean {
  const block = address.replace(/\[".*"\]$/, '');
  return type in GOOGLE_ONLY || block in GOOGLE_ONLY_ADDRESSES;
}

test('Terraform lays exactly the base that trib up lays, resource by resource', () => {
  const laid = resources.filter((resource) => !isGoogleOnly(resource)).flatMap(baseOf);
  const texts = (list: readonly object[]): readonly string[] => list.map((one) => canonicalJson(one)).sort();
  assert.ok(laid.length > 50, `only ${laid.length} resources were read`);
  assert.deepEqual(texts(laid), texts(baseResources(PLACE)));
});

test('every exception for Google still has its resource', () => {
  const types = new Set(resources.map(({ type }) => type));
  for (const type of Object.keys(GOOGLE_ONLY)) assert.ok(types.has(type), type);
  const blocks = new Set(resources.map(({ address }) => address.replace(/\[".*"\]$/, '')));
  for (const address of Object.keys(GOOGLE_ONLY_ADDRESSES)) assert.ok(blocks.has(address), address);
});

test('every function gets every setting, and none that no function reads', () => {
  const functions = resources.filter(({ type }) => type === 'google_cloudfunctions2_function');
  assert.equal(functions.length, 4);
  const wanted = Object.values(SETTINGS).map(({ variable }) => variable);
  for (const { values } of functions) {
    const [config] = values['service_config'] as readonly { readonly environment_variables: object }[];
    assert.deepEqual(Object.keys(config?.environment_variables ?? {}).toSorted(), wanted.toSorted());
  }
});

test('the code of a function is an object named by its content', () => {
  const objects = resources.filter(({ type }) => type === 'google_storage_bucket_object');
  for (const { values } of objects) assert.match(textAt(values, 'name'), /^fn\/[a-z]+-sha256\(.*\)\.zip$/);
  assert.equal(objects.length, 4);
});

test('workflows are started by the clock as the local platform starts them', () => {
  const job = resources.find(({ type }) => type === 'google_cloud_scheduler_job');
  const [target] = (job?.values['http_target'] ?? []) as readonly { readonly body: string }[];
  assert.equal(Buffer.from(target?.body ?? '', 'base64').toString(), JSON.stringify({ argument: '{}' }));
  assert.equal(job?.values['attempt_deadline'], '60s');
});

test('no resource is per event type or pipeline, none has a random name, and only the Google provider is used', () => {
  assert.deepEqual(
    resources.filter(({ type }) => !type.startsWith('google_')),
    [],
  );
  assert.ok(!resources.some(({ type }) => /pubsub|bigquery_table|workflows_workflow/.test(type)));
});

test('every variable and output says what it is, and modules have the same files', async () => {
  const modules = readdirSync(join(FOLDER, 'modules')).map((name) => join(FOLDER, 'modules', name));
  for (const folder of [FOLDER, ...modules]) {
    for (const file of ['main.tf', 'variables.tf', 'outputs.tf', 'versions.tf']) {
      assert.ok(readFileSync(join(folder, file), 'utf8').length > 0, `${folder}/${file}`);
    }
    const { variables, outputs } = await readModule(folder);
    for (const [name, declared] of Object.entries({ ...variables, ...outputs })) {
      assert.ok(((declared as { description?: string }).description ?? '').length > 5, `${folder}: ${name}`);
    }
  }
});

const hasTerraform = spawnSync('terraform', ['version']).error === undefined;

test(
  'the files are formatted as terraform formats them',
  { skip: hasTerraform ? false : 'no terraform on PATH' },
  () => {
    execFileSync('terraform', ['fmt', '-check', '-diff', '-recursive', FOLDER], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  },
);

test('no request to collect is stored in the logs of Google, where its URL may hold a write key', () => {
  const exclusion = resources.find(({ type }) => type === 'google_logging_project_exclusion');
  const filter = textAt(exclusion?.values ?? {}, 'filter');
  const collect = resources.find(
    ({ type, address }) => type === 'google_cloudfunctions2_function' && address.includes('collect'),
  );
  assert.ok(filter.includes(`resource.labels.service_name="${textAt(collect?.values ?? {}, 'name')}"`));
  assert.ok(filter.includes('log_id("run.googleapis.com/requests")'));
});

test('what functions log reaches the dataset that leak canaries are looked for in, without requests to collect', () => {
  const sink = resources.find(({ type }) => type === 'google_logging_project_sink')?.values ?? {};
  const exclusion = resources.find(({ type }) => type === 'google_logging_project_exclusion')?.values ?? {};
  const dataset = resources.find(({ address }) => address === 'google_bigquery_dataset.logs')?.values ?? {};
  assert.ok(textAt(sink, 'destination').endsWith(`/datasets/${LOGS_DATASET}`));
  assert.equal(textAt(dataset, 'dataset_id'), LOGS_DATASET);
  assert.ok(textAt(sink, 'filter').includes('resource.type="cloud_run_revision"'));
  const [without] = sink['exclusions'] as readonly Readonly<Record<string, string>>[];
  assert.equal(without?.['filter'], textAt(exclusion, 'filter'));
});
