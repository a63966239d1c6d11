/** The keys as a process uses them: what keeps them closed, what is told of it, and what an outage does to keys that are open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { KeepsBecause } from '#shared/privacy/keys/key-bucket-settings.ts';
import { KeysAtWork, type KeysAtWorkParts, type OpeningStores } from '#shared/privacy/keys/keys-at-work.ts';
import { memoryOpeningStores } from '#shared/privacy/keys/memory-stores.ts';

const clock = { now: () => Date.UTC(2026, 7, 1) };
/** What opening needs to know of a catalog. */
const promising = (revocationBound: string): Catalog => ({ platform: { privacy: { revocationBound } } }) as Catalog;

interface World {
  readonly keys: KeysAtWork;
  readonly logged: string[];
  /** What looking at the settings of the bucket comes to. */
  settings: () => Promise<readonly KeepsBecause[]>;
}

async function world(over: Partial<KeysAtWorkParts> = {}): Promise<World> {
  const logged: string[] = [];
  const made: World = {
    keys: new KeysAtWork({
      stores: await memoryOpeningStores(clock),
      keptBecauseOf: () => made.settings(),
      revocationBoundMs: undefined,
      clock,
      log: { write: (severity, _, fields) => void logged.push(`${severity} ${String(fields?.['code'])}`) },
      ...over,
    }),
    logged,
    settings: async () => [],
  };
  return made;
}

const unreachable = (): Promise<never> => Promise.reject(new PlatformError('cloud_unavailable'));
const soft = async (): Promise<readonly KeepsBecause[]> => ['soft-delete'];

test('nothing is open before the bucket was looked at, nor before a catalog has said the bound', async () => {
  const { keys } = await world();
  assert.equal(keys.closed?.code, 'keys_unavailable');
  await keys.open();
  assert.equal(keys.closed, undefined);
  assert.equal(keys.opened, undefined);
  assert.throws(() => keys.keys, { code: 'catalog_missing' });
  keys.adopt(promising('PT10M'));
  assert.equal(keys.keys.boundMs, 600_000);
});

test('another bound makes other keyrings, the same bound none', async () => {
  const { keys } = await world();
  await keys.open();
  keys.adopt(promising('PT10M'));
  const { keyrings } = keys.keys;
  keys.adopt(promising('PT10M'));
  assert.equal(keys.keys.keyrings, keyrings);
  keys.adopt(promising('PT20M'));
  assert.notEqual(keys.keys.keyrings, keyrings);
});

test('a setting stands in the place of what catalogs promise, and needs none', async () => {
  const { keys } = await world({ revocationBoundMs: 400_000 });
  await keys.open();
  assert.equal(keys.keys.boundMs, 400_000);
  keys.adopt(promising('PT10M'));
  assert.equal(keys.keys.boundMs, 400_000);
});

test('a bucket that keeps things closes the keys, through an outage too, until it keeps nothing', async () => {
  const made = await world({ revocationBoundMs: 400_000 });
  const { keys, logged } = made;
  await keys.open();
  made.settings = soft;
  await keys.open();
  assert.throws(() => keys.keys, { code: 'key_bucket_keeps' });
  made.settings = unreachable;
  await keys.open();
  assert.equal(keys.closed?.code, 'key_bucket_keeps');
  made.settings = async () => [];
  await keys.open();
  assert.equal(keys.closed, undefined);
  assert.deepEqual(logged, ['CRITICAL key_bucket_keeps', 'WARNING cloud_unavailable']);
});

test('open keys stay open while the store cannot be asked; closed ones say why, in the words for callers where there are some', async () => {
  const open = await world({ revocationBoundMs: 400_000 });
  await open.keys.open();
  open.settings = unreachable;
  await open.keys.open();
  assert.equal(open.keys.closed, undefined);
  for (const [tell, code] of [
    [undefined, 'cloud_unavailable'],
    [() => new PlatformError('keys_unavailable'), 'keys_unavailable'],
  ] as const) {
    const closed = await world(tell === undefined ? {} : { tell });
    closed.settings = unreachable;
    await closed.keys.open();
    assert.equal(closed.keys.closed?.code, code);
  }
});

test('a pepper that is damaged opens nothing, and is told as what it is', async () => {
  const held = await memoryOpeningStores(clock);
  await held.pepper.create(Buffer.from('no pepper'));
  const { keys, logged } = await world({ stores: held });
  await keys.open();
  assert.equal(keys.closed?.code, 'corrupt');
  assert.deepEqual(logged, ['CRITICAL corrupt']);
});

test('the revocation feed is read when the bound asks for it, and an ended process has no keys', async () => {
  const held = await memoryOpeningStores(clock);
  let reads = 0;
  const feed: OpeningStores['feed'] = {
    ...held.feed,
    read: (...asked) => {
      reads += 1;
      return held.feed.read(...asked);
    },
  };
  const { keys } = await world({ stores: { ...held, feed }, revocationBoundMs: 400_000 });
  await keys.refreshWhenDue();
  assert.equal(reads, 0, 'nothing is open');
  await keys.open();
  await keys.refreshWhenDue();
  const first = reads;
  assert.ok(first > 0);
  await keys.refreshWhenDue();
  assert.equal(reads, first, 'not due yet');
  keys.close();
  assert.throws(() => keys.keys, { code: 'keys_unavailable' });
});
