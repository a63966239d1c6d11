/** Events about two people: what is somebody else's is sealed under their key, goes with them, and never comes back with such an event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freezeSubject, shredKeyrings } from '#shared/privacy/keys/forgetting.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { type CollectWorld, leaksIn, type Row, startCollect } from './world.ts';

const PURPOSE = 'account';
const [ANN, BEN, BENS_MAIL] = ['ann@example.com', 'ben-4711', 'ben.private@example.org'];

let events = 0;

function shared(over: object = {}, data: object = {}): Record<string, unknown> {
  events += 1;
  return {
    id: `shared-${events}`,
    type: 'listening.PlaylistShared',
    occurredAt: '2026-08-01T12:29:00.000Z',
    userId: ANN,
    data: {
      playlist_id: 'p1',
      channel: 'mail',
      message: 'for the drive',
      recipient: BEN,
      recipient_email: BENS_MAIL,
      ...data,
    },
    ...over,
  };
}

async function rowsOf(world: CollectWorld, ...sent: readonly object[]): Promise<readonly Row[]> {
  const before = world.published.length;
  const { results } = await world.send(sent);
  assert.deepEqual(
    results.map(({ status, code, path }) => [status, code, path]),
    sent.map(() => ['accepted', undefined, undefined]),
  );
  return world.published.slice(before).map(({ row }) => row);
}

/** Forgets a user as an erasure does, in another process. */
async function forget(world: CollectWorld, userId: string): Promise<void> {
  const { clock } = world;
  const { keys } = world.parts;
  const epochs = new EpochKeys({ store: keys.epochs, wrapper: keys.wrapper, clock });
  const found = await openPepper(keys.pepper, keys.wrapper, keys.pepperVersion);
  assert.ok(found.kind === 'pepper');
  const lookupId = lookupIdOf(found.pepper, { kind: 'user', id: userId });
  const deps = { store: keys.keyrings, epochs, feed: keys.feed, clock };
  assert.equal((await freezeSubject(deps, lookupId)).kind, 'frozen');
  assert.equal((await shredKeyrings(deps, [lookupId])).kind, 'shredded');
  await world.advance(400_000);
}

test('each person has a blob of their own, under their own key, and the token that their own events have', async () => {
  const world = await startCollect();
  const [row = {}, own = {}] = await rowsOf(
    world,
    shared(),
    shared({ userId: BEN }, { recipient: ANN, recipient_email: undefined }),
  );
  assert.deepEqual(await world.open(PURPOSE, row), { message: 'for the drive' });
  assert.deepEqual(await world.open(PURPOSE, { ...row, sealed: row['recipient_sealed'] }, 'recipient'), {
    recipient_email: BENS_MAIL,
  });
  assert.deepEqual([row['recipient'], row['subject']], [own['subject'], own['recipient']]);
  assert.equal(own['recipient_sealed'], undefined, 'nothing of them was sent');
  assert.deepEqual(leaksIn([...world.published.map(({ text }) => text), ...world.logged], [ANN, BEN, BENS_MAIL]), []);
});

test('who was forgotten is left out of what others send, and the event is taken all the same', async () => {
  const world = await startCollect();
  const [before = {}] = await rowsOf(world, shared());
  await forget(world, BEN);
  const [row = {}] = await rowsOf(world, shared({ occurredAt: new Date(world.clock.nowMs).toISOString() }));
  assert.deepEqual([row['recipient'], row['recipient_sealed']], [undefined, undefined]);
  assert.deepEqual(await world.open(PURPOSE, row), { message: 'for the drive' });
  await assert.rejects(
    world.open(PURPOSE, { ...before, sealed: before['recipient_sealed'] }, 'recipient'),
    'it opens for nobody any more',
  );
  assert.deepEqual(await world.open(PURPOSE, before), { message: 'for the drive' }, 'what is the sender’s stays');
});

test('what belongs to somebody else comes with whose it is, and a person is named as users are', async () => {
  const world = await startCollect();
  const { results } = await world.send([
    shared({}, { recipient: undefined }),
    shared({}, { recipient: 'anon:visitor-1' }),
    shared({}, { recipient: '' }),
    shared({}, { recipient: 'x'.repeat(257) }),
    shared({}, { recipient: 7 }),
  ]);
  assert.deepEqual(
    results.map(({ code, path }) => [code, path]),
    [
      ['missing_field', 'data.recipient'],
      ...[1, 2, 3].map(() => ['bad_format', 'data.recipient']),
      ['wrong_type', 'data.recipient'],
    ],
  );
  assert.deepEqual(leaksIn([JSON.stringify(results), ...world.logged], [BEN, BENS_MAIL]), []);
});

test('the same event with another recipient is another payload', async () => {
  const world = await startCollect();
  const event = shared();
  const other = { ...event, data: { ...(event['data'] as object), recipient: 'cec-17' } };
  const { results } = await world.send([event, event, other]);
  assert.deepEqual(
    results.map(({ status, code }) => code ?? status),
    ['accepted', 'duplicate', 'collision'],
  );
});

test('while the keys of the other person cannot be had the whole event is to be sent again', async () => {
  let down = false;
  const world = await startCollect(({ keys }) => ({
    keys: {
      ...keys,
      keyrings: {
        ...keys.keyrings,
        read: async (lookupId) => {
          if (down) throw new Error('unreachable');
          return keys.keyrings.read(lookupId);
        },
      },
    },
  }));
  await rowsOf(world, shared());
  down = true;
  const { results } = await world.send([shared(), shared({}, { recipient: 'dan-99' })]);
  assert.deepEqual(
    results.map(({ status, code }) => [status, code]),
    [
      ['accepted', undefined],
      ['retry', 'keys_unavailable'],
    ],
  );
  down = false;
  await rowsOf(world, shared({}, { recipient: 'dan-99' }));
});
