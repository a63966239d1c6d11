// The zips of the functions as Google gets them: unpacked and built outside of this repository, started by their own framework.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { Script } from 'node:vm';
import { unzipSync } from 'fflate';
import { buildFunctions } from '#cli/bundle/build-functions.ts';
import { AUTHORIZED, play } from '#test/functions/collect/world.ts';
import { buildImage } from '#test/functions/function-image.ts';
import { startFunctionProcess } from '#test/functions/function-process.ts';
import { repositoryCatalog } from '#test/functions/collect/test-app.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-build-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const built = await buildFunctions(folder);
const contents = (name: string): Record<string, Uint8Array> => unzipSync(readFileSync(join(folder, `${name}.zip`)));

const cloud = await startTestCloud();
const { applyCatalog, layForCollect } = await import('#test/functions/collect/base.ts');
await applyCatalog(await layForCollect(TEST_PROJECT), repositoryCatalog());

test('the same sources make the same bytes', async () => {
  const again = mkdtempSync(join(tmpdir(), 'tributary-build-'));
  const [collect] = await buildFunctions(again, ['collect']);
  rmSync(again, { recursive: true, force: true });
  assert.equal(collect?.digest, built.find(({ name }) => name === 'collect')?.digest);
});

test('a zip holds what Google needs and nothing of this machine', () => {
  for (const { name } of built) {
    const files = contents(name);
    const manifest = JSON.parse(Buffer.from(files['package.json'] ?? []).toString()) as Record<string, unknown>;
    assert.equal(manifest['main'], `functions/${name}/index.cjs`);
    assert.ok(manifest['main'] in files);
    const version = (manifest['dependencies'] as Record<string, string>)['@google-cloud/functions-framework'];
    const framework = files['node_modules/@google-cloud/functions-framework/package.json'];
    assert.equal((JSON.parse(Buffer.from(framework ?? []).toString()) as { version: string }).version, version);
    const texts = Object.values(files).map((bytes) => Buffer.from(bytes).toString('latin1'));
    assert.ok(!texts.some((text) => text.includes(import.meta.dirname.replace(/\/test\/cli$/, '/'))));
    // What is native would have to be built for the image.
    assert.ok(!texts.some((text) => /require\("[^"]+\.node"\)|@duckdb/.test(text)));
  }
  assert.ok('workflows/tick.yaml' in contents('operator'));
  assert.ok('console/index.html' in contents('metadata'));
});

test('the bundled collect takes events outside of this repository, started with what its build compiled', async () => {
  const image = await buildImage(join(folder, 'collect.zip'));
  after(image.remove);
  assert.match(image.output, /collect: compiled/);
  assert.deepEqual(keptOf(image.folder), { 'framework.js': 'taken', 'index.cjs': 'taken' });
  const collect = await startFunctionProcess('collect', { environment: cloud.environment, image: image.folder });
  after(() => collect.kill());
  const event = { ...play(), occurredAt: new Date().toISOString() };
  const body = JSON.stringify({ events: [event, { ...event, id: 'other', type: 'nowhere.Nothing' }] });
  const response = await fetch(`${collect.url}/v1/events`, { method: 'POST', headers: AUTHORIZED, body });
  const { results } = (await response.json()) as { results: readonly { status: string; code?: string }[] };
  assert.deepEqual(
    results.map(({ status, code }) => code ?? status),
    ['accepted', 'unknown_type'],
  );
  assert.equal(await collect.end(), 0);
  assert.doesNotMatch(collect.output(), /"severity":"(?:WARNING|CRITICAL)"/);
});

/** Whether V8 takes what a build has compiled of each file, in the place of compiling it. */
function keptOf(image: string): Readonly<Record<string, 'taken' | 'rejected'>> {
  const [opening, closing] = ['(function (exports, require, module, __filename, __dirname) { ', '\n});'];
  const files = ['node_modules/@google-cloud/functions-framework/framework.js', 'functions/collect/index.cjs'];
  const outcomes = files.map((file) => {
    const cachedData = readFileSync(join(image, 'compiled', `${basename(file)}.kept`));
    const text = `${opening}${readFileSync(join(image, file), 'utf8')}${closing}`;
    const { cachedDataRejected } = new Script(text, { filename: join(image, file), cachedData });
    return [basename(file), cachedDataRejected === false ? 'taken' : 'rejected'] as const;
  });
  return Object.fromEntries(outcomes);
}

test('an image starts without what its build compiled, and with what does not fit its V8', async () => {
  const image = await buildImage(join(folder, 'collect.zip'));
  after(image.remove);
  const kept = join(image.folder, 'compiled/index.cjs.kept');
  for (const change of [
    () => truncateSync(kept, 1000),
    () => rmSync(join(image.folder, 'compiled'), { recursive: true }),
  ]) {
    change();
    const collect = await startFunctionProcess('collect', { environment: cloud.environment, image: image.folder });
    after(() => collect.kill());
    assert.equal((await fetch(`${collect.url}/openapi.json`)).status, 200);
    assert.equal(await collect.end(), 0);
  }
});

for (const name of ['metadata', 'privacy', 'operator'] as const) {
  test(`the bundled ${name} is healthy outside of this repository`, async () => {
    const image = await buildImage(join(folder, `${name}.zip`));
    after(image.remove);
    const started = await startFunctionProcess(name, { environment: cloud.environment, image: image.folder });
    after(() => started.kill());
    assert.equal((await fetch(`${started.url}/openapi.json`)).status, 200);
    assert.equal(await started.end(), 0);
  });
}
