import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRestCloud } from '#test/local/host/rest-cloud.ts';

const WRITERS = 6;
const ROUNDS = 3;
const ACKNOWLEDGED_A_ROUND = 20;

interface Sealed {
  readonly key: string;
  readonly plaintext: string;
  readonly ciphertext: unknown;
  destroyed: boolean;
}

test('whatever was acknowledged before a kill -9 holds after it: keys open, and destruction stays scheduled', async () => {
  const cloud = await startRestCloud();
  const location = 'v1/projects/p/locations/l';
  await cloud.call('POST', `${location}/keyRings?keyRingId=r`, {});
  const sealed: Sealed[] = [];

  const write = async (id: string): Promise<void> => {
    const key = `${location}/keyRings/r/cryptoKeys/${id}`;
    await cloud.call('POST', `${location}/keyRings/r/cryptoKeys?cryptoKeyId=${id}`, { purpose: 'ENCRYPT_DECRYPT' });
    const plaintext = Buffer.from(id).toString('base64');
    const { ciphertext } = await cloud.call('POST', `${key}:encrypt`, { plaintext });
    const entry: Sealed = { key, plaintext, ciphertext, destroyed: false };
    sealed.push(entry);
    if (sealed.length % 3 !== 0) return;
    await cloud.call('POST', `${key}/cryptoKeyVersions/1:destroy`, {});
    entry.destroyed = true;
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    const enough = sealed.length + ACKNOWLEDGED_A_ROUND;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let count = 0; ; count += 1) await write(`round-${round}-writer-${writer}-${count}`);
    });
    while (sealed.length < enough) await Promise.race([new Promise((resolve) => setImmediate(resolve)), ...writers]);
    await cloud.kill();
    await Promise.allSettled(writers);
    await cloud.start();
    for (const { key, plaintext, ciphertext, destroyed } of sealed) {
      const version = await cloud.call('GET', `${key}/cryptoKeyVersions/1`);
      if (destroyed) assert.equal(version['state'], 'DESTROY_SCHEDULED');
      // A destruction that was not acknowledged may have happened or not.
      if (version['state'] !== 'ENABLED') continue;
      assert.equal((await cloud.call('POST', `${key}:decrypt`, { ciphertext }))['plaintext'], plaintext);
    }
  }
  assert.ok(sealed.some(({ destroyed }) => destroyed));
});
