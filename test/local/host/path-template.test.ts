import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compilePathTemplate } from '#local/host/path-template.ts';

const match = (template: string, path: string): Record<string, string> | undefined =>
  compilePathTemplate(template).match(path);

test('a plain variable is one segment', () => {
  assert.deepEqual(match('/storage/v1/b/{bucket}/o', '/storage/v1/b/logs/o'), { bucket: 'logs' });
  assert.equal(match('/storage/v1/b/{bucket}/o', '/storage/v1/b/a/b/o'), undefined);
  assert.equal(match('/storage/v1/b/{bucket}/o', '/storage/v1/b//o'), undefined);
});

test('a pattern of a variable matches as many segments as it has', () => {
  const template = '/v1/{name=projects/*/topics/*}:publish';
  assert.deepEqual(match(template, '/v1/projects/p/topics/t:publish'), { name: 'projects/p/topics/t' });
  assert.equal(match(template, '/v1/projects/p/topics/t'), undefined);
  assert.equal(match(template, '/v1/projects/p/q/topics/t:publish'), undefined);
  assert.equal(match(template, '/v2/projects/p/topics/t:publish'), undefined);
});

test('two stars match the rest, also when it is empty or has a verb after it', () => {
  assert.deepEqual(match('/computeMetadata/v1/{key=**}', '/computeMetadata/v1/a/b'), { key: 'a/b' });
  assert.deepEqual(match('/computeMetadata/v1/{key=**}', '/computeMetadata/v1/'), { key: '' });
  assert.deepEqual(match('/v1/{name=cryptoKeys/**}:encrypt', '/v1/cryptoKeys/k/versions/1:encrypt'), {
    name: 'cryptoKeys/k/versions/1',
  });
});

test('the last colon is the verb, so names may have colons', () => {
  assert.deepEqual(match('/v1/{name=projects/*}:run', '/v1/projects/a:b:run'), { name: 'projects/a:b' });
});

test('values are percent-decoded, and encoded slashes do not split segments', () => {
  assert.deepEqual(match('/b/{bucket}/o/{object}', '/b/x/o/a%2Fb%20c'), { bucket: 'x', object: 'a/b c' });
  assert.deepEqual(match('/b/{bucket}', '/b/%zz'), { bucket: '%zz' });
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (object) => {
      assert.deepEqual(match('/o/{object}', `/o/${encodeURIComponent(object)}`), { object });
    }),
  );
});

test('characters that regular expressions know are plain in a template', () => {
  assert.deepEqual(match('/a.b+(c)/{x}', '/a.b+(c)/1'), { x: '1' });
  assert.equal(match('/a.b/{x}', '/aXb/1'), undefined);
});

test('a nested field is a variable name', () => {
  assert.deepEqual(match('/v1/{crypto_key.name=rings/*}', '/v1/rings/r'), { 'crypto_key.name': 'rings/r' });
});

test('the first segment is literal, for sorting routes', () => {
  const first = (template: string): string => compilePathTemplate(template).firstSegment;
  assert.equal(first('/v1/{name=projects/*}'), 'v1');
  assert.equal(first('/token'), 'token');
  assert.equal(first('/{anything}'), '');
});
