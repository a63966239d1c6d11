// Owns turning an event of another protocol into a native one by the mapping of its source, or saying why that cannot be.
import { type Catalog, sourcesOf } from '../../catalog/catalog.ts';
import type { EventMapping, Source, SourceAbout } from '../../catalog/source.ts';
import { formatTimestamp } from '../../platform/timestamp.ts';
import type { Rejection } from '../verdict.ts';
import { dataOf, type Lookup } from './field-values.ts';
import type { ForeignEvent, KeptForeign } from './foreign-event.ts';
import { idText, type SourceEvent } from './protocol.ts';
import { type ProtocolName, SOURCE_PROTOCOLS } from './protocols.ts';
import { valueAt } from './source-path.ts';

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

/** What is read of a native event's context: the release of its app, and whether a bot sent it. */
function contextOf({ release, userAgent }: Pick<SourceEvent, 'release' | 'userAgent'>): object | undefined {
  if (typeof release !== 'string' && typeof userAgent !== 'string') return undefined;
  return {
    ...(typeof release === 'string' ? { app: { version: release } } : {}),
    ...(typeof userAgent === 'string' ? { userAgent } : {}),
  };
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
    context: contextOf(said),
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
  return { kept: { ...kept, type: named.type }, outcome: { kind: 'envelope', envelope } };
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
