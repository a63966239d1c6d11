/** Collect behind a real HTTP server, over stores in memory and a clock that the test moves; all it publishes and logs is kept. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { type Collect, type CollectParts, createCollect } from '#functions/collect/collect.ts';
import type { Published } from '#shared/gcp/publisher.ts';
import { formatLogLine } from '#shared/platform/log-line.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { openFields, type SealedFields } from '#shared/privacy/sealing.ts';
import type { MemoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { SECRET } from './test-app.ts';
import { partsInMemory } from './in-memory.ts';

/** 2026-08-01T12:30:00Z. */
export const NOW_MS = Date.UTC(2026, 7, 1, 12, 30);

export type Row = { readonly [column: string]: unknown };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly results: readonly { id: string | null; status: string; code?: string; path?: string; hint?: string }[];
}

export interface CollectWorld {
  readonly clock: { nowMs: number; now(): number };
  readonly state: MemoryObjectStore;
  readonly parts: CollectParts;
  readonly collect: Collect;
  readonly url: string;
  readonly port: number;
  /** Every message, in the order in which it was acknowledged. */
  readonly published: { readonly topic: string; readonly row: Row; readonly text: string }[];
  readonly logged: string[];
  /** What publishing to a topic comes to; a promise holds it up. */
  onPublish: (topic: string) => Published | Promise<Published>;
  /** Moves the clock and does what repeats and is due. */
  advance(ms: number): Promise<void>;
  /** Posts a batch with the write key. */
  send(events: readonly unknown[], more?: object): Promise<Answer>;
  /** Posts anything. */
  post(path: string, init: RequestInit): Promise<Answer>;
  /** The rows published to a topic while something is done. */
  publishedBy(work: () => Promise<unknown>, topic?: string): Promise<readonly Row[]>;
  /** What a row's sealed value holds, opened by another process. */
  open(purpose: string, row: Row, column?: string): Promise<SealedFields>;
  object(name: string): Promise<unknown>;
}

/** Starts collect; it ends with the tests of the file. */
export async function startCollect(
  change: (parts: CollectParts & { readonly state: MemoryObjectStore }) => Partial<CollectParts> = () => ({}),
  wait: 'opened' | 'not-opened' = 'opened',
): Promise<CollectWorld> {
  const clock = { nowMs: NOW_MS, now: () => clock.nowMs };
  const memory = await partsInMemory(clock);
  const repeated: { readonly ms: number; readonly work: () => Promise<void> | void; dueMs: number }[] = [];
  const published: CollectWorld['published'] = [];
  const logged: string[] = [];
  const parts: CollectParts = {
    ...memory,
    publisher: {
      async publish(topic, messages) {
        const outcome = await world.onPublish(topic);
        if (outcome === 'acknowledged') {
          for (const message of messages) {
            const text = message.toString('utf8');
            published.push({ topic, row: JSON.parse(text) as Row, text });
          }
        }
        return outcome;
      },
      close: async () => undefined,
    },
    every(ms, work) {
      repeated.push({ ms, work, dueMs: clock.nowMs + ms });
      return () => undefined;
    },
    log: {
      write: (severity, message, fields) =>
        logged.push(formatLogLine({ severity, message, fields, service: 'collect', epochMs: clock.nowMs })),
    },
    ...change(memory),
  };
  const collect = createCollect(parts);
  if (wait === 'opened') await collect.opened;
  const server = createServer(collect.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const world: CollectWorld = {
    clock,
    state: memory.state,
    parts,
    collect,
    url,
    port,
    published,
    logged,
    onPublish: () => 'acknowledged',
    async advance(ms) {
      clock.nowMs += ms;
      for (const one of repeated) {
        if (one.dueMs > clock.nowMs) continue;
        one.dueMs = clock.nowMs + one.ms;
        await one.work();
      }
    },
    send: (events, more = {}) =>
      world.post('/v1/events', { body: JSON.stringify({ events, ...more }), headers: AUTHORIZED }),
    async post(path, init) {
      const response = await fetch(`${url}${path}`, { method: 'POST', ...init });
      const body = (await response.json()) as Record<string, unknown>;
      const results = (body['results'] ?? []) as Answer['results'];
      return { status: response.status, headers: response.headers, body, results };
    },
    async publishedBy(work, topic = 'events.listening.TrackPlayed') {
      const before = published.length;
      await work();
      const since = published.slice(before);
      return since.filter((message) => message.topic === topic).map(({ row }) => row);
    },
    async open(purpose, row, column = 'subject') {
      const keyrings = await otherProcess(parts);
      const used = await keyrings.useByToken(purpose, String(row[column]), (keys) =>
        openFields(keys, Buffer.from(String(row['sealed']), 'base64')),
      );
      assert.equal(used.kind, 'used');
      const opened = used.kind === 'used' ? used.result : undefined;
      assert.equal(opened?.kind, 'plain');
      return opened?.kind === 'plain' ? opened.fields : {};
    },
    async object(name) {
      const stored = await memory.state.read(name);
      return stored === undefined ? undefined : JSON.parse(stored.body.toString('utf8'));
    },
  };
  return world;
}

export const AUTHORIZED = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };

async function otherProcess({ keys, clock }: CollectParts): Promise<Keyrings> {
  const epochs = new EpochKeys({ store: keys.epochs, wrapper: keys.wrapper, clock });
  const found = await openPepper(keys.pepper, keys.wrapper, keys.pepperVersion);
  if (found.kind !== 'pepper') throw new Error('the pepper is damaged');
  const deps = { store: keys.keyrings, epochs, feed: keys.feed, pepper: found.pepper, clock };
  return new Keyrings(deps, { timing: revocationTiming(365_000) });
}

let events = 0;

/** A play that is in order, of a user with an address, a place and a network address that must show up nowhere. */
export function play(over: object = {}, data: object = {}): Record<string, unknown> {
  events += 1;
  return {
    id: `event-${events}`,
    type: 'listening.TrackPlayed',
    occurredAt: '2026-08-01T12:29:00.000Z',
    userId: 'ann@example.com',
    data: {
      track_id: '4uLU6hMCjMI75M1A2tKUQC',
      album_id: '6N9PS4QXF1D0OWPk0Sxtb4',
      artist_id: '0gxyHStUsqpMadRV0Di1Qt',
      ms_played: 213_000,
      reason_end: 'track_done',
      country: 'SE',
      platform: 'android',
      app_version: '9.4.12',
      ip: '198.51.100.23',
      email: 'ann.private@example.org',
      place: '55.6050,13.0038',
      device_id: 'd15ea5e0-1111-4222-8333-444455556666',
      ...data,
    },
    ...over,
  };
}

/** What of a play is personal, as it was sent and in the forms in which it might leak. */
export const PERSONAL = ['ann@example.com', 'ann.private@example.org', '55.6050,13.0038', '198.51.100.23', 'd15ea5e0'];

/** Every text that holds one of the personal values, plain, in base64 or in hex. */
export function leaksIn(texts: readonly string[], personal: readonly string[] = PERSONAL): readonly string[] {
  const forms = personal.flatMap((value) => {
    const bytes = Buffer.from(value, 'utf8');
    return [value, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
  });
  return texts.filter((text) => forms.some((form) => text.includes(form)));
}

/** Holds that nothing personal was logged, or published in clear. */
export function assertNoLeaks({ logged, published }: CollectWorld, personal: readonly string[] = PERSONAL): void {
  assert.deepEqual(leaksIn(logged, personal), [], 'nothing personal is in the log');
  const texts = published.map(({ text }) => text);
  assert.deepEqual(leaksIn(texts, personal), [], 'nothing personal is published in clear');
}
