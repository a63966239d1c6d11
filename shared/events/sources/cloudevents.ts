// Owns CloudEvents 1.0 over HTTP in its three modes (binary, structured, batched), and their answers, by
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md and http-webhook.md
import { parseJsonBytes } from '../../platform/json-bytes.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { uuidV5 } from '../../platform/uuid.ts';
import { isObject } from '../check.ts';
import { member } from '../release.ts';
import { problemReply, type Reply, tooManyEvents } from '../reply.ts';
import type { WireVerdict } from '../verdict.ts';
import type { SourceBatch, SourceEvent, SourceProtocol, SourceRequest } from './protocol.ts';

const STRUCTURED = 'application/cloudevents+json';
const BATCHED = 'application/cloudevents-batch+json';
/** Formats of CloudEvents other than JSON begin so: Avro, Protobuf, XML. */
const ANY_FORMAT = 'application/cloudevents';
const HEADER_PREFIX = 'ce-';

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#attribute-naming-convention */
const ATTRIBUTE = /^[a-z0-9]+$/;
/** https://www.rfc-editor.org/rfc/rfc6839#section-3.1 */
const JSON_TYPE = /^[a-z0-9!#$&^_.+-]+\/(?:json|[a-z0-9!#$&^_.-]+\+json)$/;
const TEXT_TYPE = /^text\//;

/** The namespace of ids made of `source` and `id`, which together tell events apart. */
const EVENT_NAMESPACE = '8d0c7a52-1c07-4cf1-8a0e-9f3f3c1d7e20';

/** Longest name that a mapping may give to events of a type. */
const MAX_NAME_LENGTH = 512;

export const CLOUDEVENTS: SourceProtocol = {
  routes: [{ path: '/v1/cloudevents', summary: 'Takes CloudEvents 1.0: one, binary or structured, or a batch.' }],
  claims: (headers) =>
    headers['ce-specversion'] !== undefined || mediaTypeOf(headers['content-type']).startsWith(ANY_FORMAT),
  eventNames: {
    allowed: 'the `type` of CloudEvents, such as com.example.player.track_played',
    is: (text) => text.length > 0 && text.length <= MAX_NAME_LENGTH,
  },
  roots: { allowed: 'data, or an attribute: lower-case letters and digits', is: (root) => ATTRIBUTE.test(root) },
  read,
  refuse: (refusal) => problemReply(refusal),
  describe,
};

function read(body: Uint8Array, request: SourceRequest): SourceBatch | PlatformError {
  const mediaType = mediaTypeOf(request.headers['content-type']);
  const events = eventsOf(body, mediaType, request);
  if (events instanceof PlatformError) return events;
  const tooMany = tooManyEvents(events.length, 'events');
  if (tooMany !== undefined) return tooMany;
  const [mode, ids] = [mediaType === BATCHED ? 'batch' : 'single', events.map((event) => member(event, 'id'))] as const;
  return { events, answer: (verdicts) => answer(verdicts, mode, ids) };
}

function eventsOf(body: Uint8Array, mediaType: string, { headers }: SourceRequest): readonly unknown[] | PlatformError {
  if (mediaType === BATCHED) {
    const value = parseJsonBytes(body);
    return Array.isArray(value) ? value.map(withoutBase64) : malformed('The body is no list of UTF-8 JSON.');
  }
  if (mediaType === STRUCTURED) {
    const value = parseJsonBytes(body);
    return isObject(value) ? [withoutBase64(value)] : malformed('The body is no object of UTF-8 JSON.');
  }
  if (mediaType.startsWith(ANY_FORMAT) || headers['ce-specversion'] === undefined) {
    return new PlatformError('unsupported_format', {
      message: 'The body is no CloudEvent in a format that is understood.',
      hint: `Send ${STRUCTURED}, ${BATCHED}, or the attributes as headers: ce-specversion, ce-id, ce-source, ce-type.`,
    });
  }
  return binaryEvent(body, mediaType, headers);
}

/** The event of a request in binary mode, in the form that JSON gives it. */
function binaryEvent(
  body: Uint8Array,
  mediaType: string,
  headers: SourceRequest['headers'],
): readonly unknown[] | PlatformError {
  const event: { [attribute: string]: unknown } = {};
  for (const [name, value] of Object.entries(headers)) {
    const attribute = name.startsWith(HEADER_PREFIX) ? name.slice(HEADER_PREFIX.length) : '';
    // A header named `ce-data` is no attribute: the body is the data.
    if (typeof value !== 'string' || !ATTRIBUTE.test(attribute) || attribute === 'data') continue;
    event[attribute] = percentDecoded(value);
  }
  if (mediaType !== '') event['datacontenttype'] = mediaType;
  if (body.length === 0) return [event];
  const data = dataOf(body, mediaType);
  return data === undefined ? malformed('The body is not the JSON that its content type says.') : [{ ...event, data }];
}

/** What a body is as the data of an event; undefined when it is not of its type. What is neither JSON nor text stays base64. */
function dataOf(body: Uint8Array, mediaType: string): unknown {
  if (mediaType === '' || JSON_TYPE.test(mediaType)) return parseJsonBytes(body);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return bytes.toString(TEXT_TYPE.test(mediaType) ? 'utf8' : 'base64');
}

/** An event of the JSON format whose JSON data came as `data_base64`, with it as `data`. */
function withoutBase64(event: unknown): unknown {
  const encoded = member(event, 'data_base64');
  if (!isObject(event) || typeof encoded !== 'string' || Object.hasOwn(event, 'data')) return event;
  const mediaType = mediaTypeOf(event['datacontenttype']);
  if (mediaType !== '' && !JSON_TYPE.test(mediaType)) return { ...event, data: encoded };
  const data = parseJsonBytes(Buffer.from(encoded, 'base64'));
  return data === undefined ? event : { ...event, data };
}

function describe(sent: unknown): SourceEvent {
  const [id, source, type] = [textOf(sent, 'id'), textOf(sent, 'source'), textOf(sent, 'type')];
  const version = member(sent, 'specversion');
  const whole = id !== undefined && source !== undefined && type !== undefined && version === '1.0';
  return {
    problem: whole ? undefined : 'Send a CloudEvent with specversion "1.0", id, source and type, each a text.',
    id: id === undefined || source === undefined ? undefined : uuidV5(EVENT_NAMESPACE, JSON.stringify([source, id])),
    names: type === undefined ? [] : [type],
    type,
    data: member(sent, 'data'),
    occurredAt: member(sent, 'time'),
    userId: undefined,
    anonymousId: undefined,
    release: undefined,
    userAgent: undefined,
  };
}

/**
 * 200 once every event has its verdict: what is rejected is kept, and sending it again would keep it twice. What is no CloudEvent
 * is told by 400 where it came alone. Senders look at the status only, so one event that has to come again makes all come again.
 */
function answer(verdicts: readonly WireVerdict[], mode: 'batch' | 'single', ids: readonly unknown[]): Reply {
  const results = verdicts.map((verdict, index) => ({ ...verdict, id: idOf(ids[index]) }));
  if (verdicts.some(({ status }) => status === 'retry')) {
    const message = 'Not all of the events could be stored now.';
    return problemReply(new PlatformError('overloaded', { message }), results);
  }
  const [first] = verdicts;
  if (mode === 'single' && first?.code === 'invalid_envelope') {
    const why = first.hint === undefined ? {} : { message: first.hint };
    return problemReply(new PlatformError('malformed_body', why), results);
  }
  return { status: 200, json: { results } };
}

/** The id as the sender knows it. */
function idOf(id: unknown): string | null {
  return typeof id === 'string' ? id : null;
}

function malformed(message: string): PlatformError {
  return new PlatformError('malformed_body', { message });
}

/** The type of a content type, without its parameters, in small letters. */
function mediaTypeOf(value: unknown): string {
  return typeof value === 'string' ? (value.split(';', 1)[0] ?? '').trim().toLowerCase() : '';
}

function textOf(value: unknown, name: string): string | undefined {
  const text = member(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
