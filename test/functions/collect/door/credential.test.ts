/** Where a request may show its write key, which counts when there are several, and that none of it is ever written. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MAX_UNKEYED_BODY_BYTES } from '#shared/events/limits.ts';
import { secretShown } from '#functions/collect/door/credential.ts';
import { putWriteKey, SECRET, WRITE_KEY } from '../test-app.ts';
import { leaksIn, play, startCollect } from '../world.ts';

const world = await startCollect();
const UNKNOWN = `tw_${'Z'.repeat(43)}`;

after(() => {
  assert.deepEqual(leaksIn([...world.logged, ...world.published.map(({ text }) => text)], [SECRET, UNKNOWN]), []);
});

const basic = (user: string, password = ''): string =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;

/** Sends one event with the key where the case says. */
async function send(
  headers: Record<string, string>,
  query = '',
  more: object = {},
): Promise<{ readonly status: number; readonly code: unknown }> {
  const body = JSON.stringify({ events: [play()], ...more });
  const { status, body: answer } = await world.post(`/v1/events${query}`, { headers, body });
  return { status, code: answer['code'] };
}

const TAKEN = { status: 200, code: undefined };
const MISSING = { status: 401, code: 'missing_write_key' };
const NOT_KNOWN = { status: 401, code: 'unknown_write_key' };

test('a write key is taken from a header, as the user of Basic, from the query and from the body', async () => {
  const places: readonly Parameters<typeof send>[] = [
    [{ authorization: `Bearer ${SECRET}` }],
    [{ authorization: `bearer   ${SECRET} ` }],
    [{ 'x-write-key': SECRET }],
    [{ authorization: basic(SECRET) }],
    [{ authorization: basic(SECRET, 'whatever') }],
    [{ authorization: `Basic ${Buffer.from(SECRET).toString('base64')}` }],
    [{}, `?writeKey=${SECRET}`],
    [{}, `?source=web&writeKey=${SECRET}&sentAt=1`],
    [{}, '', { writeKey: SECRET }],
  ];
  for (const place of places) assert.deepEqual(await send(...place), TAKEN, JSON.stringify(place[0]));
});

test('a beacon is taken: text without an encoding named, the key in the query or the body', async () => {
  const plain = { 'content-type': 'text/plain;charset=UTF-8' };
  assert.deepEqual(await send(plain, `?writeKey=${SECRET}`), TAKEN);
  assert.deepEqual(await send(plain, '', { writeKey: SECRET }), TAKEN);
  for (const type of ['application/x-www-form-urlencoded', 'application/octet-stream', 'nonsense']) {
    assert.deepEqual(await send({ 'content-type': type }, `?writeKey=${SECRET}`), TAKEN, type);
  }
});

test('what is no write key does not hide one, and one that is shown first counts even if it is unknown', async () => {
  assert.deepEqual(await send({ authorization: 'Bearer eyJ.of.a.proxy' }, '', { writeKey: SECRET }), TAKEN);
  assert.deepEqual(await send({ authorization: 'Bearer eyJ.of.a.proxy' }, `?writeKey=${SECRET}`), TAKEN);
  assert.deepEqual(await send({ authorization: `Bearer ${UNKNOWN}` }, `?writeKey=${SECRET}`), NOT_KNOWN);
  assert.deepEqual(await send({ 'x-write-key': SECRET, authorization: `Bearer ${UNKNOWN}` }), TAKEN);
});

test('without a key nobody is known, whatever is sent in its place', async () => {
  for (const more of [{}, { writeKey: null }, { writeKey: 17 }, { writeKey: [SECRET] }, { writeKey: '' }]) {
    assert.deepEqual(await send({}, '', more), MISSING, JSON.stringify(more));
  }
  assert.deepEqual(await send({}, '?writeKey='), MISSING);
  assert.deepEqual(await send({ authorization: 'Digest username="x"' }), MISSING);
  assert.deepEqual(await send({}, '', { writeKey: UNKNOWN }), NOT_KNOWN);
  assert.deepEqual(await send({}, '', { writeKey: 'a word' }), NOT_KNOWN);
  for (const body of ['', '{', '[]', 'x'.repeat(MAX_UNKEYED_BODY_BYTES + 1)]) {
    const { status, body: problem } = await world.post('/v1/events', { body });
    assert.deepEqual({ status, code: problem['code'] }, MISSING, body.slice(0, 3));
  }
});

test('a large batch needs its key in the head', async () => {
  const padding = 'x'.repeat(MAX_UNKEYED_BODY_BYTES);
  const inBody = await world.post('/v1/events', { body: JSON.stringify({ writeKey: SECRET, padding, events: [] }) });
  assert.equal(inBody.status, 401);
  assert.match(String(inBody.body['detail']), new RegExp(`at most ${MAX_UNKEYED_BODY_BYTES} bytes`));
  assert.deepEqual(await send({ 'x-write-key': SECRET }, '', { padding }), TAKEN);
});

test('the origin of a page is held against the key wherever the key is shown', async () => {
  const secret = `tw_${'P'.repeat(43)}`;
  await putWriteKey(world.state, secret, { ...WRITE_KEY, origins: ['https://app.example.com'] });
  const origin = 'https://evil.example';
  const refused = { status: 403, code: 'origin_not_allowed' };
  assert.deepEqual(await send({ origin, authorization: basic(secret) }), refused);
  assert.deepEqual(await send({ origin, 'x-write-key': secret }), refused);
  assert.deepEqual(await send({ origin }, `?writeKey=${secret}`), refused);
  assert.deepEqual(await send({ origin }, '', { writeKey: secret }), refused);
  assert.deepEqual(await send({ origin: 'https://app.example.com' }, '', { writeKey: secret }), TAKEN);
});

test('imports take the key from the same places', async () => {
  for (const [headers, query, body] of [
    [{ 'x-write-key': SECRET }, '', ''],
    [{ authorization: basic(SECRET) }, '', ''],
    [{}, `?writeKey=${SECRET}`, ''],
    [{}, '', JSON.stringify({ writeKey: SECRET })],
  ] as const) {
    assert.equal((await world.post(`/v1/imports${query}`, { headers, body })).status, 201);
  }
  assert.equal((await world.post('/v1/imports', {})).status, 401);
});

test('a Basic header that is no base64 shows nothing that is taken for a key', () => {
  const head = (authorization: string) => ({ headers: { authorization }, query: undefined });
  assert.equal(secretShown(head('Basic')), undefined);
  assert.equal(secretShown(head('Basic Og==')), undefined);
  assert.equal(secretShown(head('')), undefined);
});
