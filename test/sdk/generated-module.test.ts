/** A generated module with the client that it is made for: the compiler checks the lines that must not compile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shopEvents } from '../shared/catalog/sdk/golden/shop.ts';
import { createWorld } from './world.ts';

test('methods of a generated module track typed events with what their declaration says', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start({ userId: 'listener-1', consent: { analytics: true } });
  const shop = shopEvents(client);
  shop.everything({
    text: 'abc',
    count: 1,
    kind: 'one',
    total: 2n ** 60n,
    seen_at: new Date(0),
    items: [{ sku: 'x', price: { amount: '1.5' } }],
  });
  shop.everything_v2({ text: 'abc', count: 1, kind: 'the "other"' }, { id: 'mine', userId: 'listener-2' });
  shop.beat({ track: 't1', ms: 3 });
  await clock.advance(1000);
  assert.deepEqual(
    collect.batches[0]?.events.map(({ type, userId, consent }) => ({ type, userId, consent })),
    [
      { type: 'shop.Everything', userId: 'listener-1', consent: { analytics: true } },
      { type: 'shop.Everything_v2', userId: 'listener-2', consent: { analytics: true } },
      { type: 'shop.Beat', userId: undefined, consent: undefined },
    ],
  );
  assert.deepEqual(collect.batches[0]?.events[0]?.['data'], {
    text: 'abc',
    count: 1,
    kind: 'one',
    total: '1152921504606846976',
    seen_at: '1970-01-01T00:00:00.000Z',
    items: [{ sku: 'x', price: { amount: '1.5' } }],
  });
});

test('data that is not as declared does not compile', () => {
  const shop = shopEvents({ track: (type, data) => ({ type, data }) });
  // @ts-expect-error a field is missing
  shop.everything({ text: 'abc', count: 1 });
  // @ts-expect-error a value that is not declared
  shop.everything({ text: 'abc', count: 1, kind: 'three' });
  // @ts-expect-error a text for a number
  shop.everything({ text: 'abc', count: '1', kind: 'one' });
  // @ts-expect-error a field that is not declared
  shop.everything({ text: 'abc', count: 1, kind: 'one', extra: true });
  assert.equal(shop.beat({ track: 't1', ms: 3 }).type.consent, 'optional');
});
