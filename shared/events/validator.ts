// Owns the compiled validator of an event type: one pass that checks every field and sorts it by what protects it.
import type { EventType } from '../catalog/event-type.ts';
import type { Field, FieldType } from '../catalog/field.ts';
import type { GeneraliseRule } from '../catalog/generalise-rules.ts';
import { isUserId } from './envelope.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import { type Check, fail, type Failure, isObject, within } from './check.ts';
import {
  boolCheck,
  bytesCheck,
  dateCheck,
  enumCheck,
  float64Check,
  int64Check,
  jsonCheck,
  numericCheck,
  stringCheck,
  timestampCheck,
} from './scalar-checks.ts';
import type { Rejection } from './verdict.ts';

/** Columns of a row, or members of a record in it, while they are filled in. */
export type Columns = { [column: string]: JsonValue };

/** A value that waits for the keys of privacy: what comes of it goes to `into[column]`. */
export interface PendingValue {
  /** `token`: a pseudonym; else the rule that makes it coarser. */
  readonly action: 'token' | GeneraliseRule;
  /** What the value means: equal devices get equal pseudonyms in whatever field they are sent. */
  readonly semantic: string;
  readonly value: string | number;
  readonly into: Columns;
  readonly column: string;
}

/** Somebody beside the subject whom an event is about, with what waits for their keys. */
export interface OtherPerson {
  /** The field that names them, and the column of their token. */
  readonly field: string;
  readonly userId: string;
  /** What is sealed under their keys, by field; undefined when there is nothing to seal. */
  readonly sealed: Columns | undefined;
  readonly pending: readonly PendingValue[];
}

/** Valid data, sorted by what happens to it next. */
export interface ValidData {
  readonly kind: 'valid';
  /** What is stored as it is, by column. */
  readonly clear: Columns;
  /** What is sealed under the key of the subject, by path; undefined when there is nothing to seal. */
  readonly sealed: Columns | undefined;
  readonly pending: readonly PendingValue[];
  /** The other persons that it names; undefined when there are none. */
  readonly others: readonly OtherPerson[] | undefined;
  /** How many fields were sent that are not declared; they are gone. */
  readonly ignored: number;
}

/** Valid data, or why it is not. */
export type Validation = ValidData | Rejection;

/** Checks the `data` of an event. */
export type Validator = (data: { readonly [field: string]: unknown }) => Validation;

/** What one pass collects beside the clear columns. */
interface Sink {
  sealed: Columns | undefined;
  readonly pending: PendingValue[];
  others: Map<string, OtherSink> | undefined;
  ignored: number;
  readonly failure: Failure;
}

/** What one pass collects of another person. */
interface OtherSink {
  userId: string | undefined;
  sealed: Columns | undefined;
  readonly pending: PendingValue[];
}

/** Checks the fields of an object and sorts them; false when one failed. */
type Walk = (object: { readonly [field: string]: unknown }, clear: Columns, sink: Sink) => boolean;

/** Takes one value that is there; false when it failed. */
type Step = (value: unknown, clear: Columns, sink: Sink) => boolean;

/** Compiles the validator of an event type. A validator may be called at any rate: it holds no state between calls. */
export function compileValidator(eventType: EventType): Validator {
  const walk = compileWalk(eventType.fields, '');
  return (data) => {
    const clear: Columns = {};
    const sink: Sink = {
      sealed: undefined,
      pending: [],
      others: undefined,
      ignored: 0,
      failure: { code: 'invalid_envelope', hint: '', path: '' },
    };
    if (walk(data, clear, sink) && areNamed(sink)) {
      const { sealed, pending, ignored } = sink;
      return { kind: 'valid', clear, sealed, pending, others: othersOf(sink), ignored };
    }
    const { code, hint, path } = sink.failure;
    return { kind: 'rejected', code, hint, path: `data${path}` };
  };
}

/**
 * A text that two sendings of one event share and two events do not: the checked values in declared order. It holds what is
 * personal, so it goes into a keyed digest and nowhere else. To be taken before pending values are filled in.
 */
export function payloadText(data: ValidData): string {
  const own = [data.clear, data.sealed ?? null, valuesOf(data.pending)];
  if (data.others === undefined) return JSON.stringify(own);
  const others = data.others.map(({ field, userId, sealed, pending }) => [
    field,
    userId,
    sealed ?? null,
    valuesOf(pending),
  ]);
  return JSON.stringify([...own, others]);
}

function valuesOf(pending: readonly PendingValue[]): readonly (string | number)[] {
  return pending.map(({ value }) => value);
}

/** Whether everything that belongs to another person comes with whom it belongs to: without them there is no key for it. */
function areNamed({ others, failure }: Sink): boolean {
  for (const [field, { userId }] of others ?? []) {
    if (userId !== undefined) continue;
    fail(failure, 'missing_field', 'Say whose the fields are that belong to this person.');
    within(failure, `.${field}`);
    return false;
  }
  return true;
}

function othersOf({ others }: Sink): readonly OtherPerson[] | undefined {
  if (others === undefined) return undefined;
  return [...others].flatMap(([field, { userId, sealed, pending }]) =>
    userId === undefined ? [] : [{ field, userId, sealed, pending }],
  );
}

function compileWalk(fields: readonly Field[], prefix: string): Walk {
  const steps = fields.map((field) => ({
    name: field.name,
    optional: field.optional,
    take: compileStep(field, prefix),
  }));
  return (object, clear, sink) => {
    let present = 0;
    for (const { name, optional, take } of steps) {
      const value = object[name];
      if (value !== undefined) present += 1;
      if (value === undefined || value === null) {
        if (optional) continue;
        fail(sink.failure, 'missing_field', 'Send the field.');
      } else if (take(value, clear, sink)) {
        continue;
      }
      within(sink.failure, `.${name}`);
      return false;
    }
    sink.ignored += Object.keys(object).length - present;
    return true;
  };
}

function compileStep(field: Field, prefix: string): Step {
  const { name, type, privacy, whose } = field;
  const path = `${prefix}${name}`;
  if (type.kind === 'record' && privacy.action === 'clear')
    return recordStep(name, compileWalk(type.fields, `${path}.`));
  const check = compileCheck(type);
  switch (privacy.action) {
    case 'clear':
      return checked(type.kind === 'json' ? asJsonText(check) : check, (kept, clear) => (clear[name] = kept));
    case 'seal':
      return checked(check, (kept, _, sink) => ((sinkOf(sink, whose).sealed ??= {})[path] = kept));
    case 'person':
      return checked(namesPerson(check), (kept, _, sink) => {
        if (isUserId(kept)) otherIn(sink, name).userId = kept;
      });
    case 'drop':
      return checked(check, () => undefined);
    case 'token':
      return pendingStep(field, check, 'token');
    case 'generalise':
      return pendingStep(field, check, privacy.rule);
  }
}

function checked(check: Check, keep: (kept: JsonValue, clear: Columns, sink: Sink) => unknown): Step {
  return (value, clear, sink) => {
    const kept = check(value, sink.failure);
    if (kept === undefined) return false;
    keep(kept, clear, sink);
    return true;
  };
}

function pendingStep({ name, semantic, whose }: Field, check: Check, action: PendingValue['action']): Step {
  // Compile lets no field that is protected stand without its meaning.
  const meaning = semantic ?? name;
  return checked(check, (kept, into, sink) => {
    // Compile lets tokens and rules stand only on texts and numbers.
    if (typeof kept !== 'string' && typeof kept !== 'number') return;
    sinkOf(sink, whose).pending.push({ action, semantic: meaning, value: kept, into, column: name });
  });
}

/** Where what belongs to somebody is collected: of the subject, or of another person. */
function sinkOf(sink: Sink, whose: string | undefined): Pick<Sink, 'sealed' | 'pending'> {
  return whose === undefined ? sink : otherIn(sink, whose);
}

function otherIn(sink: Sink, field: string): OtherSink {
  sink.others ??= new Map();
  let other = sink.others.get(field);
  if (other === undefined) sink.others.set(field, (other = { userId: undefined, sealed: undefined, pending: [] }));
  return other;
}

/** A field that names a person takes what `userId` takes. */
function namesPerson(check: Check): Check {
  return (value, failure) => {
    const kept = check(value, failure);
    if (kept === undefined || isUserId(kept)) return kept;
    return fail(failure, 'bad_format', 'Send the user id of the person, as `userId` of their own events.');
  };
}

function recordStep(name: string, walk: Walk): Step {
  return (value, clear, sink) => {
    if (!isObject(value)) {
      fail(sink.failure, 'wrong_type', 'Send an object.');
      return false;
    }
    const columns: Columns = {};
    clear[name] = columns;
    return walk(value, columns, sink);
  };
}

/** A JSON column takes the text of a value: https://cloud.google.com/pubsub/docs/bigquery maps texts, not objects, to it. */
function asJsonText(check: Check): Check {
  return (value, failure) => {
    const kept = check(value, failure);
    return kept === undefined ? undefined : JSON.stringify(kept);
  };
}

/** Compiles the check of one value of a type. */
export function compileCheck(type: FieldType): Check {
  switch (type.kind) {
    case 'string':
      return stringCheck(type);
    case 'int64':
      return int64Check(type);
    case 'float64':
      return float64Check(type);
    case 'numeric':
      return numericCheck(type);
    case 'bool':
      return boolCheck;
    case 'timestamp':
      return timestampCheck;
    case 'date':
      return dateCheck;
    case 'json':
      return jsonCheck(type);
    case 'bytes':
      return bytesCheck(type);
    case 'enum':
      return enumCheck(type);
    case 'list':
      return listCheck(compileCheck(type.of), type);
    case 'record':
      return recordCheck(type.fields);
  }
}

function listCheck(item: Check, { minItems = 0, maxItems }: Extract<FieldType, { kind: 'list' }>): Check {
  return (value, failure) => {
    if (!Array.isArray(value)) return fail(failure, 'wrong_type', 'Send a list.');
    if (value.length > maxItems) return fail(failure, 'too_many_items', `Send at most ${maxItems} items.`);
    if (value.length < minItems) return fail(failure, 'too_few_items', `Send at least ${minItems} items.`);
    const kept: JsonValue[] = [];
    for (const [index, member] of value.entries()) {
      const one = item(member, failure);
      if (one === undefined) return within(failure, `[${index}]`);
      kept.push(one);
    }
    return kept;
  };
}

/** A record that is kept as a whole: inside a list, or sealed. */
function recordCheck(fields: readonly Field[]): Check {
  const members = fields.map(({ name, optional, type }) => ({ name, optional, check: compileCheck(type) }));
  return (value, failure) => {
    if (!isObject(value)) return fail(failure, 'wrong_type', 'Send an object.');
    const kept: Columns = {};
    for (const { name, optional, check } of members) {
      const member = value[name];
      if (member === undefined || member === null) {
        if (optional) continue;
        fail(failure, 'missing_field', 'Send the field.');
        return within(failure, `.${name}`);
      }
      const one = check(member, failure);
      if (one === undefined) return within(failure, `.${name}`);
      kept[name] = one;
    }
    return kept;
  };
}
