import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainOf, nameOf, parseId } from '#shared/platform/ids.ts';

test('an id is given only to what looks like one', () => {
  const good = [
    ['endpoint', 'listening.track_played'],
    ['eventType', 'listening.TrackPlayed'],
    ['eventType', 'web.PageRequested_v2'],
    ['team', 'team-listening'],
    ['semantic', 'user.email'],
    ['purpose', 'product-analytics'],
    ['import', '0198f6d2-7b1c-7c3e-8a55-0123456789ab'],
  ] as const;
  for (const [kind, text] of good) assert.equal(parseId(kind, text), text, text);
  const bad = [
    ['endpoint', 'track_played'],
    ['endpoint', 'listening.TrackPlayed'],
    ['endpoint', 'my_domain.x'],
    ['endpoint', 'a.b.c'],
    ['eventType', 'listening.track_played'],
    ['eventType', 'web.PageRequested_v1'],
    ['eventType', 'web.Page_requested'],
    ['team', 'Team'],
    ['semantic', 'user..email'],
    ['import', '../../etc'],
    ['catalog', 'abc'],
    ['endpoint', 'a.b\n'],
  ] as const;
  for (const [kind, text] of bad) assert.equal(parseId(kind, text), undefined, text);
});

test('an id falls into its domain and its name', () => {
  const id = parseId('endpoint', 'listening.track_played');
  assert.ok(id !== undefined);
  assert.equal(domainOf(id), 'listening');
  assert.equal(nameOf(id), 'track_played');
});
