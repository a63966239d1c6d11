// Owns telling by what names events came that nothing declares: what a team that moves its tracking here has to declare or map.
import { type Catalog } from '../catalog/catalog.ts';
import type { RejectionCode } from '../platform/error-codes.ts';
import { readForeign } from './sources/foreign-event.ts';
import { type ProtocolName, SOURCE_PROTOCOLS } from './sources/protocols.ts';
import { sourceTableOf, translate } from './sources/translate.ts';
import { member } from './release.ts';

/** A failed event whose original was opened. */
export interface OpenedFailure {
  readonly code: RejectionCode;
  readonly writeKey: string;
  readonly failedAtMs: number;
  /** Pseudonym of the person; undefined where it names nobody. */
  readonly subject: string | undefined;
  readonly event: unknown;
}

/** Events of one name. */
export interface UndeclaredName {
  readonly code: RejectionCode;
  /** Undefined for native events. */
  readonly protocol: ProtocolName | undefined;
  readonly writeKey: string;
  /** As a mapping file writes it, such as `track Song Played`; of native events the type. Undefined for no text. */
  readonly name: string | undefined;
  readonly events: number;
  /** How many different ones; of events that name nobody see `NameTally.told`. */
  readonly people: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** What becomes of such an event now: one that is declared since is brought in by a replay. */
  readonly now: 'undeclared' | 'declared' | 'dropped';
}

/** The names, most frequent first. */
export interface UndeclaredNames {
  readonly names: readonly UndeclaredName[];
  /** Events whose names fewer people sent than asked for, together. */
  readonly rare: { readonly names: number; readonly events: number };
}

/** Longest name that is told, in characters. */
const MAX_NAME_LENGTH = 120;
/** Whoever sends must not steer the terminal of who reads. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A name without spaces, signs of an address or numbers such as ids. */
const PROGRAM_WORD = /^[A-Za-z_][A-Za-z0-9_.:/-]*$/;
const LONG_NUMBER = /\d{4}/;

/** What becomes of events that failed before anybody knew their type, by the declarations and mappings that there are now. */
export class FailedEventTypes {
  readonly #catalog: Catalog;
  readonly #sources: ReturnType<typeof sourceTableOf>;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.#sources = sourceTableOf(catalog);
  }

  /** The type that the original of a failed event names or is mapped to, and whether that is declared. */
  fateOf(event: unknown, writeKey: string): { readonly now: UndeclaredName['now']; readonly type: unknown } {
    const foreign = readForeign(event);
    if (foreign === undefined) return this.#named(member(event, 'type'));
    // Of what is asked here nothing depends on when it came.
    const { outcome } = translate(foreign, this.#sources.find(foreign.protocol, writeKey), { receivedAtMs: 0 });
    if (outcome.kind === 'envelope') return this.#named(member(outcome.envelope, 'type'));
    return { now: outcome.code === 'dropped_by_source' ? 'dropped' : 'undeclared', type: undefined };
  }

  #named(type: unknown): { readonly now: 'declared' | 'undeclared'; readonly type: unknown } {
    const declared = typeof type === 'string' && Object.hasOwn(this.#catalog.eventTypes, type);
    return { now: declared ? 'declared' : 'undeclared', type };
  }
}

type Tallied = { -readonly [key in keyof UndeclaredName]: UndeclaredName[key] } & { readonly subjects: Set<string> };

/** Gathers names one event at a time, so that no original is held longer than it takes to read its name. */
export class NameTally {
  readonly #types: FailedEventTypes;
  readonly #byName = new Map<string, Tallied>();

  /** @param catalog by which it is told what becomes of such events now */
  constructor(catalog: Catalog) {
    this.#types = new FailedEventTypes(catalog);
  }

  add({ code, writeKey, failedAtMs, subject, event }: OpenedFailure): void {
    const foreign = readForeign(event);
    const protocol = foreign?.protocol;
    const name = nameOf(event);
    const key = JSON.stringify([code, protocol, writeKey, name]);
    let tallied = this.#byName.get(key);
    if (tallied === undefined) {
      const { now } = this.#types.fateOf(event, writeKey);
      const at = { firstAtMs: failedAtMs, lastAtMs: failedAtMs };
      tallied = { code, protocol, writeKey, name, events: 0, people: 0, ...at, now, subjects: new Set() };
      this.#byName.set(key, tallied);
    }
    tallied.events += 1;
    tallied.subjects.add(subject ?? nobodyOf(name, tallied.events));
    tallied.firstAtMs = Math.min(tallied.firstAtMs, failedAtMs);
    tallied.lastAtMs = Math.max(tallied.lastAtMs, failedAtMs);
  }

  /**
   * What people call events is no personal data, what programs put into names by mistake may be: `Viewed profile of Ann`. Such a name is
   * sent by one person, or few, so names of fewer than `minPeople` are only counted. Who sent an event that names nobody cannot be told:
   * each counts as somebody else where its name is one as programs have them, such as `com.example.order.placed`, and else all as one.
   */
  told(minPeople: number): UndeclaredNames {
    const all = [...this.#byName.values()].map(({ subjects, ...name }) => ({ ...name, people: subjects.size }));
    const names = all.filter(({ people }) => people >= minPeople);
    const rare = all.filter(({ people }) => people < minPeople);
    return {
      names: names.sort((a, b) => b.events - a.events || (textOf(a) < textOf(b) ? -1 : 1)),
      rare: { names: rare.length, events: rare.reduce((sum, { events }) => sum + events, 0) },
    };
  }
}

/** Stands for the person of an event that names nobody. */
function nobodyOf(name: string | undefined, events: number): string {
  return name !== undefined && PROGRAM_WORD.test(name) && !LONG_NUMBER.test(name) ? `nobody ${events}` : 'nobody';
}

/** The most specific name that a mapping file could have for an event. */
function nameOf(event: unknown): string | undefined {
  const foreign = readForeign(event);
  const name =
    foreign === undefined ? member(event, 'type') : SOURCE_PROTOCOLS[foreign.protocol].describe(foreign.sent).names[0];
  if (typeof name !== 'string') return undefined;
  const printable = name.slice(0, MAX_NAME_LENGTH).toWellFormed().replace(UNPRINTABLE, '\u{fffd}');
  return name.length > MAX_NAME_LENGTH ? `${printable}…` : printable;
}

function textOf({ code, writeKey, name = '' }: UndeclaredName): string {
  return `${writeKey} ${name} ${code}`;
}
