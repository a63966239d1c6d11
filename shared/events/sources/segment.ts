// Owns the protocol of Segment's clients, which those of RudderStack and others speak too: batches and single calls, by
// https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/
import { httpStatus } from '../../platform/error-codes.ts';
import { parseJsonBytes } from '../../platform/json-bytes.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { parseTimestamp } from '../../platform/timestamp.ts';
import { isUuid, uuidV5 } from '../../platform/uuid.ts';
import { isObject } from '../check.ts';
import { member, sdkOf } from '../release.ts';
import { type Reply, tooManyEvents } from '../reply.ts';
import type { WireVerdict } from '../verdict.ts';
import { idText, type SourceBatch, type SourceEvent, type SourceProtocol, type SourceRequest } from './protocol.ts';

/** Calls of the protocol, and the letters that browsers' clients shorten them to. */
const CALLS = { track: 't', page: 'p', identify: 'i', screen: 's', group: 'g', alias: 'a' } as const;
type Call = keyof typeof CALLS;

/** Calls that a mapping names together with what they are about: `track Song Played`, `page Pricing`. */
const NAMED_CALLS: { readonly [call: string]: string } = { track: 'event', page: 'name', screen: 'name' };

/** Members of a message that mean something. https://segment.com/docs/connections/spec/common/ */
const MEMBERS: readonly string[] =
  'anonymousId, category, channel, context, event, groupId, integrations, messageId, name, originalTimestamp, previousId, properties, timestamp, traits, type, userId, version'.split(
    ', ',
  );

/** The namespace of ids made of `messageId`. */
const MESSAGE_NAMESPACE = '3f1b2c58-64c5-4b55-9d6a-5a7f0f2d9c11';

export const SEGMENT: SourceProtocol = {
  routes: [
    ...['/v1/batch', '/v1/b', '/beacon/v1/batch'].map((path) => ({
      path,
      summary: "Takes a batch of Segment's calls.",
    })),
    ...Object.entries(CALLS).flatMap(([call, letter]) =>
      [`/v1/${call}`, `/v1/${letter}`].map((path) => ({
        path,
        summary: `Takes one ${call} call of Segment's clients.`,
      })),
    ),
  ],
  eventNames: {
    allowed:
      'a call (track, page, identify, screen, group, alias), for the first three perhaps with a name: track Song Played',
    is: isEventName,
    general: (name) => (name.includes(' ') ? name.slice(0, name.indexOf(' ')) : undefined),
  },
  roots: { allowed: MEMBERS.join(', '), is: (root) => MEMBERS.includes(root) },
  read,
  refuse: (refusal) => failed(httpStatus(refusal.code), refusal),
  describe,
};

function isEventName(text: string): boolean {
  const space = text.indexOf(' ');
  const call = space < 0 ? text : text.slice(0, space);
  return space < 0 ? Object.hasOwn(CALLS, call) : Object.hasOwn(NAMED_CALLS, call) && text.length > space + 1;
}

function read(body: Uint8Array, { path }: SourceRequest): SourceBatch | PlatformError {
  const value = parseJsonBytes(body);
  if (!isObject(value)) return new PlatformError('malformed_body', { message: 'The body is no object of UTF-8 JSON.' });
  const { batch, writeKey, sentAt, context, integrations } = value;
  const calls: readonly unknown[] = Array.isArray(batch) ? batch : [singleOf(value, path)];
  const tooMany = tooManyEvents(calls.length, 'messages');
  if (tooMany !== undefined) return tooMany;
  const shared = Array.isArray(batch) ? { context, integrations } : {};
  const events = calls.map((call) => withShared(call, shared));
  const ids = calls.map((call) => idText(member(call, 'messageId')));
  return {
    sentAtMs: timeOf(sentAt) ?? latest(calls.map((call) => timeOf(member(call, 'sentAt')))),
    sdk: libraryOf(events[0]),
    writeKey,
    events,
    answer: (verdicts) => answer(verdicts, ids),
  };
}

/** The call that a body is by itself: its route says which, where it does not. The key stays out of it. */
function singleOf(body: { readonly [key: string]: unknown }, path: string): unknown {
  const call: { [key: string]: unknown } = { ...body };
  delete call['writeKey'];
  if (typeof call['type'] === 'string') return call;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = Object.entries(CALLS).find(([long, letter]) => long === name || letter === name);
  return found === undefined ? call : { ...call, type: found[0] };
}

/** A call with what its batch says for all of them, under what it says itself. */
function withShared(call: unknown, shared: { readonly [name: string]: unknown }): unknown {
  if (!isObject(call)) return call;
  let merged: { [key: string]: unknown } | undefined;
  for (const [name, outer] of Object.entries(shared)) {
    if (!isObject(outer)) continue;
    const own = call[name];
    merged ??= { ...call };
    merged[name] = isObject(own) ? { ...outer, ...own } : outer;
  }
  return merged ?? call;
}

/** The client, as `context.library` names it; the scope of a package is no part of it. */
function libraryOf(call: unknown): string | undefined {
  const library = member(member(call, 'context'), 'library');
  const [name, version] = [member(library, 'name'), member(library, 'version')];
  if (typeof name !== 'string' || typeof version !== 'string') return undefined;
  return sdkOf(`${name.slice(name.lastIndexOf('/') + 1)}/${version}`);
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseTimestamp(value) : undefined;
}

/** Messages that say themselves when they were sent were sent together, at the last of those times. */
function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
}

function describe(sent: unknown): SourceEvent {
  const messageId = idText(member(sent, 'messageId'));
  const type = member(sent, 'type');
  const call = typeof type === 'string' && Object.hasOwn(CALLS, type) ? (type as Call) : undefined;
  const name = call === undefined ? undefined : member(sent, NAMED_CALLS[call] ?? '');
  const names = call === undefined ? [] : [call];
  return {
    problem: call === undefined ? `Send an object whose type is one of ${Object.keys(CALLS).join(', ')}.` : undefined,
    id: messageId === undefined ? undefined : eventIdOf(messageId),
    names: typeof name === 'string' ? [`${call} ${name}`, ...names] : names,
    type: call === 'track' ? name : undefined,
    data: member(sent, call === 'identify' || call === 'group' ? 'traits' : 'properties'),
    // RudderStack's clients send `originalTimestamp`: the same time by the same clock.
    occurredAt: member(sent, 'originalTimestamp') ?? member(sent, 'timestamp'),
    userId: member(sent, 'userId'),
    anonymousId: member(sent, 'anonymousId'),
    release: member(member(member(sent, 'context'), 'app'), 'version'),
    userAgent: member(member(sent, 'context'), 'userAgent'),
  };
}

/** Clients put prefixes before their UUIDs, and some are longer than an event id may be. */
function eventIdOf(messageId: string): string {
  return isUuid(messageId) ? messageId.toLowerCase() : uuidV5(MESSAGE_NAMESPACE, messageId);
}

/**
 * Clients know two answers: what is 2xx is done, and of the rest 429 and 5xx are sent again, whole. So one event that has to come
 * again makes all of them come again, and those that are here already are told apart by their ids.
 */
function answer(verdicts: readonly WireVerdict[], ids: readonly (string | undefined)[]): Reply {
  if (verdicts.some(({ status }) => status === 'retry')) {
    return failed(503, new PlatformError('overloaded', { message: 'Not all of the messages could be stored now.' }));
  }
  const problems = verdicts.flatMap(({ status, code, path, hint }, index): readonly object[] => {
    const messageId = ids[index];
    if (status === 'rejected' || hint !== undefined) return [{ index, messageId, status, code, path, hint }];
    return messageId === undefined ? [{ index, status, hint: WITHOUT_ID }] : [];
  });
  return { status: 200, json: problems.length === 0 ? { success: true } : { success: true, problems } };
}

const WITHOUT_ID = 'Send a messageId: without one a message that is sent again may count twice.';

function failed(status: number, { code, message, hint }: PlatformError): Reply {
  return { status, json: { success: false, code, message, hint } };
}
