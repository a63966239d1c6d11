import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { judge, type Preconditions } from '#local/storage/objects/preconditions.ts';
import { refusal, startStorage } from './storage-client.ts';

const { cloud, newBucket } = await startStorage();
const FAILED = refusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.');

const NONE: Preconditions = {
  generationMatch: undefined,
  generationNotMatch: undefined,
  metagenerationMatch: undefined,
  metagenerationNotMatch: undefined,
};

test('of many callers that create the same object if it is absent, exactly one wins, and its bytes are there', async () => {
  const bucket = await newBucket();
  const attempts = Array.from({ length: 40 }, (_, index) =>
    bucket
      .file('claim')
      .save(`writer ${index}`, { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } })
      .then(() => index)
      .catch((error: { code: number }) => {
        assert.equal(error.code, 412);
        return undefined;
      }),
  );
  const winners = (await Promise.all(attempts)).filter((index) => index !== undefined);
  assert.equal(winners.length, 1);
  assert.equal((await bucket.file('claim').download())[0].toString(), `writer ${winners[0]}`);
});

test('compare-and-set on the generation loses no update of a counter', async () => {
  const bucket = await newBucket();
  const file = bucket.file('counter');
  await file.save('0', { resumable: false });
  const increment = async (): Promise<void> => {
    for (;;) {
      const [metadata] = await bucket.file('counter').getMetadata();
      const pinned = bucket.file('counter', { generation: Number(metadata.generation) });
      const value = await pinned.download().then(
        ([bytes]) => Number(bytes.toString()),
        () => undefined,
      );
      if (value === undefined) continue;
      const preconditionOpts = { ifGenerationMatch: Number(metadata.generation) };
      const done = await bucket
        .file('counter')
        .save(String(value + 1), { resumable: false, preconditionOpts })
        .then(
          () => true,
          (error: { code: number }) => {
            assert.equal(error.code, 412);
            return false;
          },
        );
      if (done) return;
    }
  };
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let index = 0; index < 5; index += 1) await increment();
    }),
  );
  assert.equal((await file.download())[0].toString(), '40');
});

test('of many callers that delete one generation, exactly one does', async () => {
  const bucket = await newBucket();
  await bucket.file('once').save('x', { resumable: false });
  const [{ generation }] = await bucket.file('once').getMetadata();
  const deletions = await Promise.allSettled(
    Array.from({ length: 20 }, () => bucket.file('once').delete({ ifGenerationMatch: Number(generation) } as never)),
  );
  assert.equal(deletions.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('preconditions guard every method that changes an object', async () => {
  const bucket = await newBucket();
  const file = bucket.file('guarded');
  await file.save('x', { resumable: false });
  const [{ generation }] = await file.getMetadata();
  const other = Number(generation) + 1;
  await assert.rejects(file.save('y', { resumable: false, preconditionOpts: { ifGenerationMatch: other } }), FAILED);
  await assert.rejects(
    file.save('y', { resumable: false, preconditionOpts: { ifGenerationNotMatch: Number(generation) } }),
    FAILED,
  );
  await assert.rejects(file.save('y', { resumable: false, preconditionOpts: { ifMetagenerationMatch: 7 } }), FAILED);
  await assert.rejects(file.setMetadata({ contentLanguage: 'de' }, { ifMetagenerationMatch: 7 } as never), FAILED);
  await assert.rejects(file.delete({ ifMetagenerationMatch: 7 } as never), FAILED);
  await assert.rejects(file.copy(bucket.file('copy'), { preconditionOpts: { ifGenerationMatch: 5 } } as never), FAILED);
  await assert.rejects(bucket.combine(['guarded'], 'joined', { ifGenerationMatch: 5 } as never), FAILED);
  await assert.rejects(
    file.save(Buffer.alloc(300_000), { preconditionOpts: { ifGenerationMatch: 0 } }),
    /412|pre-conditions|Precondition/,
  );
  assert.equal((await file.download())[0].toString(), 'x');
});

test('reads answer 412 for what must match and 304, without a body, for what must not', async () => {
  const bucket = await newBucket();
  await bucket.file('read').save('x', { resumable: false });
  const [{ generation, etag }] = await bucket.file('read').getMetadata();
  const read = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${cloud.url}/storage/v1/b/${bucket.name}/o/read?${query}`, { headers });
  assert.equal((await read(`ifGenerationMatch=${generation}`)).status, 200);
  assert.equal((await read('ifGenerationMatch=1')).status, 412);
  assert.equal((await read('ifMetagenerationMatch=2&alt=media')).status, 412);
  const notModified = await read(`ifGenerationNotMatch=${generation}&alt=media`);
  assert.equal(notModified.status, 304);
  assert.equal(await notModified.text(), '');
  assert.equal((await read('ifMetagenerationNotMatch=1')).status, 304);
  assert.equal((await read('', { 'if-none-match': String(etag) })).status, 304);
  assert.equal((await read('', { 'if-match': 'other' })).status, 412);
  assert.equal((await read('ifGenerationMatch=one')).status, 400);
});

test('on nothing, only "generation 0" holds; on something, a match and its negation never agree', () => {
  const number = fc.integer({ min: 0, max: 3 });
  const field = fc.constantFrom('generation' as const, 'metageneration' as const);
  fc.assert(
    fc.property(
      field,
      number,
      fc.option(
        fc.record({ generation: fc.integer({ min: 1, max: 3 }), metageneration: fc.integer({ min: 1, max: 3 }) }),
        { nil: undefined },
      ),
      (name, value, found) => {
        const match = judge({ ...NONE, [`${name}Match`]: value }, found);
        const notMatch = judge({ ...NONE, [`${name}NotMatch`]: value }, found);
        if (found === undefined) {
          assert.equal(match, name === 'generation' && value === 0 ? 'holds' : 'failed');
          assert.equal(notMatch, 'matched');
        } else {
          assert.equal(match === 'holds', found[name] === value);
          assert.equal(notMatch === 'holds', found[name] !== value);
        }
      },
    ),
  );
});
