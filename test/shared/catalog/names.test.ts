import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  endpointOf,
  eventTopic,
  flatName,
  landingSubscription,
  liveView,
  publishJobId,
  qualified,
  rawTable,
  stagingTable,
} from '#shared/catalog/names.ts';
import { type EndpointId, type EventTypeId, parseId } from '#shared/platform/ids.ts';
import { parsePartitionKey } from '#shared/pipelines/partition-key.ts';

function eventType(text: string): EventTypeId {
  const id = parseId('eventType', text);
  assert.ok(id !== undefined, text);
  return id;
}

function endpoint(text: string): EndpointId {
  const id = parseId('endpoint', text);
  assert.ok(id !== undefined, text);
  return id;
}

test('the names of an event type are those of the contract', () => {
  const id = eventType('listening.TrackPlayed');
  assert.equal(eventTopic(id), 'events.listening.TrackPlayed');
  assert.equal(landingSubscription(id), 'land.listening.TrackPlayed');
  assert.equal(endpointOf(id), 'listening.track_played');
  assert.deepEqual(rawTable(id), { dataset: 'raw', table: 'listening_track_played' });
  assert.equal(qualified('p', rawTable(id)), 'p.raw.listening_track_played');
  assert.deepEqual(liveView(endpointOf(id)), { dataset: 'listening', table: 'track_played_live' });
  assert.equal(endpointOf(eventType('web.PageRequested_v2')), 'web.page_requested_v2');
  assert.equal(endpointOf(eventType('web.ABTest')), 'web.a_b_test');
});

test('topics and subscriptions keep the rules of Pub/Sub', () => {
  // https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
  for (const name of [eventTopic(eventType('a.B')), landingSubscription(eventType('a.B'))]) {
    assert.match(name, /^[A-Za-z](?!oog)[A-Za-z0-9\-_.~+%]{2,254}$/);
  }
});

test('a publish has one job id and one staging table, whoever repeats it', () => {
  const daily = endpoint('listening.daily_plays');
  const day = parsePartitionKey('2026-08-01')!;
  assert.equal(publishJobId(daily, day, 3, 1), 'publish_listening__daily_plays_2026-08-01_3_1');
  assert.deepEqual(stagingTable(daily, day, 3, 1), {
    dataset: 'staging',
    table: 'listening__daily_plays__20260801__3__1',
  });
  assert.notEqual(flatName(endpoint('a.b_c')), flatName(endpoint('ab.c')));
});
