// Owns the difference between two states of the mapping files: what becomes of the events that clients of others go on sending.
import { SOURCE_PROTOCOLS } from '../../events/sources/protocols.ts';
import { sourceTableOf } from '../../events/sources/translate.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { type Catalog, sourcesOf } from '../catalog.ts';
import type { ChangeRule } from '../compatibility.ts';
import type { EventMapping, Source } from '../source.ts';
import { judgeSent, type SourceExamples } from './source-examples.ts';

/** Two states of the declarations, and what clients are known to send. */
export interface SourceStates {
  readonly before: Catalog;
  readonly after: Catalog;
  /** The examples of a mapping file before, by the name of the event. */
  readonly examples: (source: string) => SourceExamples;
}

/** What changed for the events of one source. */
export interface SourceChange {
  readonly rule: ChangeRule;
  /** Of `before`, except of what is new. */
  readonly source: string;
  /** The event, where it is one. */
  readonly event: string | undefined;
  readonly message: string;
}

/** The write keys that no mapping file names, as one. */
const OTHERS = '';

/**
 * Compares by who sends, not by file: for each write key that any mapping file names, and for all others, the source that maps its events before
 * and the one that does after. So a file may be renamed, split or given other write keys, and what is told is what becomes of events.
 */
export function compareSources(states: SourceStates): readonly SourceChange[] {
  const [was, is] = [sourceTableOf(states.before), sourceTableOf(states.after)];
  const compared = new Set<string>();
  return claimsOf(states).flatMap(({ protocol, key }): readonly SourceChange[] => {
    const [before, after] = [was.find(protocol, key), is.find(protocol, key)];
    const pair = JSON.stringify([protocol, before?.name, after?.name]);
    if (compared.has(pair)) return [];
    compared.add(pair);
    if (before === undefined) return after === undefined ? [] : [added(after)];
    if (after === undefined) return [removed(before, key)];
    return [...changesOf(before, after), ...refusedNow(before, after, states)];
  });
}

/** Whether a change makes events fail that clients still send. They are kept, so it may be approved, but not by oversight. */
export function isUnmapping({ rule }: SourceChange): boolean {
  return rule === 'remove-source' || rule === 'unmap-event' || rule === 'refuse-sent';
}

interface Claim {
  readonly protocol: Source['protocol'];
  readonly key: string;
}

function claimsOf({ before, after }: SourceStates): readonly Claim[] {
  const claims = [...sourcesOf(before), ...sourcesOf(after)].flatMap(({ protocol, writeKeys }) =>
    [...writeKeys, OTHERS].map((key) => ({ protocol, key })),
  );
  return [...new Map(claims.map((claim) => [`${claim.protocol} ${claim.key}`, claim])).values()];
}

function added({ name, protocol }: Source): SourceChange {
  return {
    rule: 'add-source',
    source: name,
    event: undefined,
    message: `it maps events of ${protocol}, which nothing did`,
  };
}

function removed({ name, protocol }: Source, key: string): SourceChange {
  const whose = key === OTHERS ? `of ${protocol}` : `of the write key "${key}"`;
  return {
    rule: 'remove-source',
    source: name,
    event: undefined,
    message: `nothing maps the events ${whose} any more`,
  };
}

/** What becomes of the events of a name. */
type Fate =
  | { readonly kind: 'mapped'; readonly mapping: EventMapping }
  | { readonly kind: 'dropped' }
  /** Of the event type that it names itself. */
  | { readonly kind: 'by-name' }
  | { readonly kind: 'unmapped' };

/** The more specific name decides, as it does for events. */
function fateOf(name: string, source: Source): Fate {
  const general = SOURCE_PROTOCOLS[source.protocol].eventNames.general?.(name);
  for (const one of general === undefined ? [name] : [name, general]) {
    const mapping = Object.hasOwn(source.events, one) ? source.events[one] : undefined;
    if (mapping !== undefined) return { kind: 'mapped', mapping };
    if (source.drop.includes(one)) return { kind: 'dropped' };
  }
  return { kind: source.unmapped === 'by-name' ? 'by-name' : 'unmapped' };
}

function changesOf(before: Source, after: Source): readonly SourceChange[] {
  const names = new Set([...Object.keys(before.events), ...before.drop, ...Object.keys(after.events), ...after.drop]);
  const tell = (rule: ChangeRule, message: string, event?: string): SourceChange => ({
    rule,
    source: before.name,
    event,
    message,
  });
  const ofEvents = [...names].sort().flatMap((name) => {
    const [was, is] = [fateOf(name, before), fateOf(name, after)];
    return fateChanges(was, is).map(([rule, message]) => tell(rule, message, name));
  });
  const common = (['about', 'consent'] as const).flatMap((key) =>
    same(before[key], after[key]) ? [] : [tell('change-mapping', COMMON_WORDS[key])],
  );
  const rest =
    before.unmapped === after.unmapped
      ? []
      : after.unmapped === 'by-name'
        ? [tell('map-event', 'events without an entry are of the type that they name')]
        : [tell('unmap-event', 'events without an entry are refused, and were of the type that they name')];
  return [...ofEvents, ...rest, ...common];
}

const COMMON_WORDS = {
  about: 'who events are about, or when they happened, comes from elsewhere',
  consent: 'consent comes from elsewhere',
} as const;

function fateChanges(was: Fate, is: Fate): readonly (readonly [rule: ChangeRule, message: string])[] {
  if (was.kind === 'mapped' && is.kind === 'mapped') return mappingChanges(was.mapping, is.mapping);
  if (was.kind === is.kind) return [];
  switch (is.kind) {
    case 'mapped':
      return [['map-event', `it is ${is.mapping.type} now`]];
    case 'by-name':
      return [['map-event', 'it is of the type that it names now']];
    case 'dropped':
      return was.kind === 'unmapped'
        ? [['drop-unmapped', 'it is kept nowhere now, and was among the failed events']]
        : [['drop-event', 'it is dropped now, and was an event']];
    case 'unmapped':
      return was.kind === 'dropped'
        ? [['keep-dropped', 'it is among the failed events now, and was dropped']]
        : [['unmap-event', 'it fails now as unmapped_event, and was an event']];
  }
}

function mappingChanges(
  was: EventMapping,
  is: EventMapping,
): readonly (readonly [rule: ChangeRule, message: string])[] {
  if (was.type !== is.type) return [['redirect-event', `it was ${was.type} and is ${is.type}`]];
  const fields = [...new Set([...Object.keys(was.fields), ...Object.keys(is.fields)])].flatMap((field) => {
    const [from, to] = [was.fields[field], is.fields[field]];
    if (same(from, to)) return [];
    if (from === undefined) return `${field} is mapped now`;
    return to === undefined ? `${field} is mapped no more` : `${field} comes from elsewhere`;
  });
  const about = same(was.about, is.about) ? [] : [COMMON_WORDS.about];
  const all = [...fields, ...about];
  return all.length === 0 ? [] : [['change-mapping', all.join('; ')]];
}

/** What clients are known to send, judged by the mapping that there is now. */
function refusedNow(
  before: Source,
  after: Source,
  { examples, after: catalog }: SourceStates,
): readonly SourceChange[] {
  return Object.entries(examples(before.name)).flatMap(([event, sent]) => {
    const { kind } = fateOf(event, after);
    if (kind === 'unmapped' || kind === 'dropped') return [];
    return sent.flatMap((example, index): readonly SourceChange[] => {
      const judged = judgeSent(example, after, catalog.eventTypes);
      if (judged.kind === 'accepted') return [];
      const code = judged.kind === 'refused' ? judged.code : 'unknown_type';
      const place = judged.kind === 'refused' && judged.path !== undefined ? ` at ${judged.path}` : '';
      const message = `example ${index + 1} of before is refused now: ${code}${place}`;
      return [{ rule: 'refuse-sent', source: before.name, event, message }];
    });
  });
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}
