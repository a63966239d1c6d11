/** `trib erase`, the whole command in a process of its own, against privacy on a local cloud; and the pin of the public key. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDataFolder, PINNED_KEY_FILE } from '#cli/platform/data-folder.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { coveredCatalog, unknownCatalog } from '#test/functions/privacy/catalogs.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { runRecipe, skipRecipe } from './openssl-recipe.ts';
import { type CommandResult, runTrib } from './trib.ts';

const cloud = await startTestCloud();
const { apply, AUDIENCE, deployEraseUser, layForPrivacy, place, startPrivacy } =
  await import('#test/functions/privacy/privacy-on-cloud.ts');
const { identityTokenOf } = await import('#shared/gcp/base/service-accounts.ts');
const { pinCertificateKey } = await import('#cli/up/pin-certificate-key.ts');

const { state } = await layForPrivacy();
await apply(state, coveredCatalog());
const privacy = await startPrivacy(1);
await deployEraseUser(privacy.url);
const folder = openDataFolder(mkdtempSync(join(tmpdir(), 'tributary-erase-')));
const compliance = await identityTokenOf(serviceAccountEmail('compliance', TEST_PROJECT), AUDIENCE);
folder.writeJson('ready.json', { ready: true, privacy: privacy.url, tokens: { compliance } });
folder.writeJson('environment.json', cloud.environment);
after(async () => {
  await privacy.stop();
  rmSync(folder.path, { recursive: true, force: true });
});

function trib(...args: readonly string[]): Promise<CommandResult> {
  return runTrib(args, { TRIBUTARY_DATA: folder.path });
}

test('the key is pinned once: another one that comes later does not take its place', async () => {
  await pinCertificateKey(folder, place);
  const pinned = readFileSync(folder.file(PINNED_KEY_FILE), 'utf8');
  assert.equal(pinned, (await privacy.get('/v1/keys/certificate')).text);
  writeFileSync(folder.file(PINNED_KEY_FILE), 'pinned by somebody');
  await pinCertificateKey(folder, place);
  assert.equal(readFileSync(folder.file(PINNED_KEY_FILE), 'utf8'), 'pinned by somebody');
  writeFileSync(folder.file(PINNED_KEY_FILE), pinned);
});

test('--wait --json is one line with the certificate, which verifies against the pin; progress goes to stderr', async () => {
  const { exitCode, stdout, stderr } = await trib('erase', '192.0.2.17', '--wait', '--json');
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /shredded|destroyed/);
  assert.ok(!stderr.includes('192.0.2.17') && !stdout.includes('192.0.2.17'));
  assert.equal(stdout.trim().split('\n').length, 1);
  const answered = JSON.parse(stdout) as { id: string; state: string; certificate: { body: { erasure: string } } };
  assert.deepEqual(Object.keys(answered), ['id', 'state', 'certificate']);
  assert.deepEqual([answered.state, answered.certificate.body.erasure], ['certified', answered.id]);
  writeFileSync(folder.file('certificate.json'), JSON.stringify(answered.certificate));
  assert.equal((await trib('certificate', 'verify', folder.file('certificate.json'))).exitCode, 0);
});

test(
  'what the key management service has signed verifies with openssl against the pin, and against no other certificate',
  {
    skip: skipRecipe,
  },
  () => {
    const [file, pinned] = [folder.file('certificate.json'), folder.file(PINNED_KEY_FILE)];
    assert.match(runRecipe(file, pinned), /Verified OK/);
    writeFileSync(folder.file('forged.json'), readFileSync(file, 'utf8').replace(/"basis":"\w+"/, '"basis":"drill"'));
    assert.throws(() => runRecipe(folder.file('forged.json'), pinned));
  },
);

test('without --wait it answers what was taken', async () => {
  const { exitCode, stdout } = await trib('erase', '192.0.2.18', '--json');
  assert.equal(exitCode, 0);
  assert.equal((JSON.parse(stdout) as { state: string }).state, 'received');
});

test('--from erases everybody of a file, one line of JSON each, and names nobody', async () => {
  const file = join(folder.path, 'users.txt');
  const users = Array.from({ length: 12 }, (_, index) => `person-${index}@example.com`);
  writeFileSync(file, `${users.join('\n')}\n\n${users[0]}\r\n`);
  const { exitCode, stdout, stderr } = await trib('erase', '--from', file, '--wait');
  assert.equal(exitCode, 0, stderr);
  assert.ok(!`${stdout}${stderr}`.includes('person-'));
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(lines.at(-1), { erasures: 13, failed: 0 });
  assert.deepEqual(
    lines
      .slice(0, -1)
      .map(({ line, state }) => [line, state])
      .sort(([a], [b]) => Number(a) - Number(b)),
    [...users.map((_, index) => [index + 1, 'certified']), [14, 'certified']],
  );
  assert.equal((await trib('erase', 'somebody', '--from', file)).exitCode, 2);
  assert.equal((await trib('erase', '--from', join(folder.path, 'none.txt'))).exitCode, 1);
});

test('a hold keeps trib erase from going on until it is lifted', async () => {
  const user = 'held@example.com';
  const placed = await trib('hold', 'place', user, '--reason', 'case 12 of a court', '--json');
  assert.equal(placed.exitCode, 0, placed.stderr);
  const kept = await trib('erase', user, '--wait', '--json');
  assert.equal(kept.exitCode, 1);
  assert.match(kept.stderr, /erasure_held/);
  const listed = JSON.parse((await trib('hold', 'list', '--json')).stdout) as { id: string; reason: string }[];
  assert.deepEqual(
    listed.map(({ reason }) => reason),
    ['case 12 of a court'],
  );
  assert.equal((await trib('hold', 'lift', user)).exitCode, 0);
  const done = await trib('erase', user, '--wait', '--json');
  assert.equal((JSON.parse(done.stdout) as { state: string }).state, 'certified', done.stderr);
});

test('--purpose withdraws consent: a certificate about that purpose, and the ground that goes with it', async () => {
  const { stdout, stderr } = await trib(
    'erase',
    'wd@example.com',
    '--purpose',
    'product-analytics',
    '--wait',
    '--json',
  );
  const { certificate } = JSON.parse(stdout) as { certificate: { body: { purpose: string; basis: string } } };
  assert.deepEqual(
    [certificate.body.purpose, certificate.body.basis],
    ['product-analytics', 'consent-withdrawn'],
    stderr,
  );
});

test('trib reactivate begins the next life of a purpose that was withdrawn, once, and knows nobody it has not heard of', async () => {
  const asked = ['reactivate', 'wd@example.com', '--purpose', 'product-analytics', '--json'] as const;
  const [first, again] = [await trib(...asked), await trib(...asked)];
  assert.equal(first.exitCode, 0, first.stderr);
  assert.equal((JSON.parse(first.stdout) as { generation: number }).generation, 2);
  assert.equal(again.stdout, first.stdout);
  const unheard = await trib('reactivate', 'unheard@example.com');
  assert.equal(unheard.exitCode, 1);
  assert.match(unheard.stderr, /unknown_subject/);
  assert.ok(!unheard.stderr.includes('unheard@example.com'));
});

test('what blocks is named at once, with exit code 50', async () => {
  await state.delete('catalog/current');
  await apply(state, unknownCatalog());
  const { exitCode, stderr } = await trib('erase', '192.0.2.19', '--wait');
  assert.equal(exitCode, 50);
  assert.match(stderr, /erasure_blocked: .*music\.mails \(team-a\)/);
});

test('a wrong ground is a mistake in the command line', async () => {
  assert.equal((await trib('erase', '192.0.2.20', '--basis', 'whim')).exitCode, 2);
});
