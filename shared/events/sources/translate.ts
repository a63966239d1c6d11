// Owns turning an event of another protocol into a native one by the mapping of its source, or saying why that cannot be.
import { type Catalog, sourcesOf } from '../../catalog/catalog.ts';
import type { EventMapping, Source, SourceAbout } from '../../catalog/source.ts';
import { formatTimestamp } from '../../platform/timestamp.ts';
import type { Rejection } from '../verdict.ts';
import { dataOf, type Lookup } from './field-values.ts';
import { idText, isObject, member, type SourceEvent } from './protocol.ts';
import { isProtocolName, type ProtocolName, SOURCE_PROTOCOLS } from './protocols.ts';
import { valueAt } from './source-path.ts';

/** An event of another protocol, as it is handed on, and kept when it is rejected. */
export interface ForeignEvent {
  readonly protocol: ProtocolName;
  /** The id of the event: what it says itself, or made when it came. */
  readonly id: string;
  /** What the request says about who sent it, for mappings to ask for. */
  readonly request?: { readonly ip?: string | undefined; readonly user_agent?: string | undefined } | undefined;
  /** What the client sent. */
  readonly sent: unknown;
}

/** What is kept of it when it is rejected: as sent, with what every original says in one place. */
export interface KeptForeign extends ForeignEvent {
  readonly userId?: unknown;
  readonly anonymousId?: unknown;
  readonly consent?: { readonly [purpose: string]: boolean } | undefined;
  readonly context?: object | undefined;
}

/** An event after translation. */
export interface Translated {
  readonly kept: KeptForeign;
  readonly outcome: { readonly kind: 'envelope'; readonly envelope: object } | Rejection;
}

/** When an event arrived, and was sent, in epoch milliseconds. */
export interface ForeignArrival {
  readonly receivedAtMs: number;
  readonly sentAtMs?: number | undefined;
}

/** What paths begin with that lead to the request instead of the event. */
export const REQUEST_ROOT = 'request';

/** The sources of a catalog, by protocol and write key. */
export interface SourceTable {
  /** The source of a write key; undefined when no mapping file is for it. */
  find(protocol: ProtocolName, writeKey: string): Source | undefined;
}

export function sourceTableOf(catalog: Catalog): SourceTable {
  const byKey = new Map<string, Source>();
  const others = new Map<ProtocolName, Source>();
  for (const source of sourcesOf(catalog)) {
    for (const key of source.writeKeys) byKey.set(`${source.protocol} ${key}`, source);
    if (source.writeKeys.length === 0) others.set(source.protocol, source);
  }
  return { find: (protocol, writeKey) => byKey.get(`${protocol} ${writeKey}`) ?? others.get(protocol) };
}

/** Reads an event that was kept; undefined for any other value. */
export function readForeign(value: unknown): ForeignEvent | undefined {
  if (!isObject(value)) return undefined;
  const { protocol, id, request, sent } = value;
  if (!isProtocolName(protocol) || typeof id !== 'string' || !Object.hasOwn(value, 'sent')) return undefined;
  const [ip, userAgent] = [member(request, 'ip'), member(request, 'user_agent')];
  return { protocol, id, request: { ip: idText(ip), user_agent: idText(userAgent) }, sent };
}

/** Translates one event. Whatever it holds, nothing walks into it deeper than the mapping's paths lead. */
export function translate(event: ForeignEvent, source: Source | undefined, arrival: ForeignArrival): Translated {
  const said = SOURCE_PROTOCOLS[event.protocol].describe(event.sent);
  const mapping = source === undefined ? undefined : mappingOf(said, source);
  const lookup: Lookup = (path) =>
    path[0] === REQUEST_ROOT ? valueAt(event.request, path.slice(1)) : valueAt(event.sent, path);
  const about: SourceAbout = { ...source?.about, ...(isMapping(mapping) ? mapping.about : {}) };
  const who = {
    userId: subjectIdOf(about.userId === undefined ? said.userId : lookup(about.userId)),
    anonymousId: subjectIdOf(about.anonymousId === undefined ? said.anonymousId : lookup(about.anonymousId)),
    consent: source === undefined ? undefined : consentOf(source, lookup),
    context: typeof said.release === 'string' ? { app: { version: said.release } } : undefined,
  };
  const kept: KeptForeign = { ...event, ...who };
  if (said.problem !== undefined) return { kept, outcome: { ...NO_EVENT, hint: said.problem } };
  const named = nameAndData(said, mapping, source, lookup);
  if (named.kind === 'rejected') return { kept, outcome: named };
  const occurredAt = about.occurredAt === undefined ? said.occurredAt : lookup(about.occurredAt);
  const envelope = {
    id: event.id,
    type: named.type,
    occurredAt: occurredAt ?? defaultTime(arrival),
    ...who,
    data: named.data,
  };
  return { kept, outcome: { kind: 'envelope', envelope } };
}

/** The id of somebody. Clients send empty texts for nobody; what cannot be an id is left for the envelope to refuse. */
function subjectIdOf(value: unknown): unknown {
  return idText(value) ?? (value === '' ? undefined : value);
}

const NO_EVENT: Rejection = { kind: 'rejected', code: 'invalid_envelope' };
const DROPPED: Rejection = { kind: 'rejected', code: 'dropped_by_source' };

/** The first of an event's names that the source knows decides. */
function mappingOf({ names }: SourceEvent, { events, drop }: Source): EventMapping | 'dropped' | undefined {
  for (const name of names) {
    if (Object.hasOwn(events, name)) return events[name];
    if (drop.includes(name)) return 'dropped';
  }
  return undefined;
}

function isMapping(mapping: ReturnType<typeof mappingOf>): mapping is EventMapping {
  return mapping !== undefined && mapping !== 'dropped';
}

function nameAndData(
  { type, data }: SourceEvent,
  mapping: ReturnType<typeof mappingOf>,
  source: Source | undefined,
  lookup: Lookup,
): { readonly kind: 'named'; readonly type: unknown; readonly data: unknown } | Rejection {
  if (isMapping(mapping)) return { kind: 'named', type: mapping.type, data: dataOf(mapping.fields, lookup) };
  if (mapping === 'dropped') return DROPPED;
  if (source?.unmapped === 'by-name' && typeof type === 'string') return { kind: 'named', type, data: data ?? {} };
  const hint =
    source === undefined
      ? 'Declare a source for this protocol and write key in platform/sources/, then replay the event.'
      : `Map it in platform/sources/${source.name}.yaml, or name it there under \`drop\`; then replay the event.`;
  return { kind: 'rejected', code: 'unmapped_event', hint };
}

/** What the user answered, by purpose; undefined when nothing was answered. */
function consentOf({ consent }: Source, lookup: Lookup): { readonly [purpose: string]: boolean } | undefined {
  let answers: { [purpose: string]: boolean } | undefined;
  for (const [purpose, path] of Object.entries(consent)) {
    const answer = lookup(path);
    if (typeof answer === 'boolean') (answers ??= {})[purpose] = answer;
  }
  return answers;
}

/** An event that does not say when it happened did so when it was sent, by the same clock that `sentAt` is by; else when it came. */
function defaultTime({ receivedAtMs, sentAtMs }: ForeignArrival): string {
  return formatTimestamp(sentAtMs ?? receivedAtMs);
}
