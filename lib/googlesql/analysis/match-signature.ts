/** Finds the overload of a function that a call's arguments fit best. */

import { patternText, type Parameter, type Signature, type TypePattern } from '../functions/signature.ts';
import type { Expression } from '../tree/expression.ts';
import { coercionCost } from '../types/coercion.ts';
import { arrayOf, INT64, structOf, typeName, type SqlType } from '../types/sql-type.ts';
import { commonSupertype, type Candidate } from '../types/supertype.ts';
import { coerces } from './coerce.ts';
import { candidateOf, isEmptyArray, isUntyped, standingOf } from './literal.ts';

/** Anything with a signature. */
interface Signed {
  readonly signature: Signature;
}

/** A fitting overload: the type that each argument is to take, and the call's type. */
export interface Match<Overload> {
  readonly overload: Overload;
  /** One for each positional argument, undefined where the argument stays as it is. */
  readonly types: readonly (SqlType | undefined)[];
  readonly result: SqlType;
}

/** Why an overload does not fit, as the detailed error says it. */
export interface Mismatch {
  readonly signature: Signature;
  readonly reason: string;
}

/** Answered for an overload whose own kind of argument is not there: it is not worth a word in an error. */
const NOT_MEANT = '';

/** The best match, or every overload's mismatch. Of equally good overloads the first wins. */
export function matchOverload<Overload extends Signed>(
  overloads: readonly Overload[],
  list: readonly Expression[],
): Match<Overload> | readonly Mismatch[] {
  const mismatches: Mismatch[] = [];
  let best: (Match<Overload> & { readonly cost: number }) | undefined;
  for (const overload of overloads) {
    const outcome = matchOne(overload, list);
    if (outcome === NOT_MEANT) continue;
    if (typeof outcome === 'string') mismatches.push({ signature: overload.signature, reason: outcome });
    else if (best === undefined || outcome.cost < best.cost) best = outcome;
  }
  return best ?? mismatches;
}

function matchOne<Overload extends Signed>(
  overload: Overload,
  list: readonly Expression[],
): (Match<Overload> & { readonly cost: number }) | string {
  const { signature } = overload;
  const wrongCount = checkCount(signature, list.length);
  if (wrongCount !== undefined) return wrongCount;
  if (signature.needs !== undefined && !list.some((argument) => mentions(argument, signature.needs ?? 'INT64'))) {
    return NOT_MEANT;
  }
  const bindings = signature.templated ? bindTemplates(signature, list) : noBindings;
  if (typeof bindings === 'string') return bindings;
  const types: (SqlType | undefined)[] = [];
  let cost = 0;
  for (const [i, argument] of list.entries()) {
    const fitted = fit(parameterAt(signature, i).pattern, argument, bindings);
    if (fitted === NOT_MEANT) return NOT_MEANT;
    if (typeof fitted === 'string') return `Argument ${i + 1}: ${fitted}`;
    types.push(fitted.type);
    cost += fitted.cost;
  }
  const result = concrete(signature.result, bindings);
  return result === undefined ? 'Unable to determine type for function return type' : { overload, types, result, cost };
}

function mentions(argument: Expression, kind: string): boolean {
  const { type } = argument;
  return !isUntyped(argument) && (type.kind === kind || (type.kind === 'ARRAY' && type.element.kind === kind));
}

/** Why a call cannot have so many arguments; undefined when it can. */
function checkCount({ least, positional, repeatedAt }: Signature, count: number): string | undefined {
  const plural = (n: number): string => `${n} argument${n === 1 ? '' : 's'}`;
  if (count < least) return `Signature requires at least ${plural(least)}, found ${plural(count)}`;
  if (repeatedAt < 0 && count > positional.length) {
    return `Signature accepts at most ${plural(positional.length)}, found ${plural(count)}`;
  }
  return undefined;
}

/** The parameter that takes the argument at a position; the repeated one, always the last, takes all that follow. */
function parameterAt({ positional, repeatedAt }: Signature, index: number): Parameter {
  const parameter = positional[repeatedAt >= 0 ? Math.min(index, repeatedAt) : index];
  if (parameter === undefined) throw new Error('the number of arguments has been checked');
  return parameter;
}

type Bindings = ReadonlyMap<string, SqlType>;

const noBindings: Bindings = new Map();

/** What each template letter stands for, from all the arguments that mention it. */
function bindTemplates(signature: Signature, list: readonly Expression[]): Bindings | string {
  const candidates = new Map<string, Candidate[]>();
  for (const [i, argument] of list.entries()) {
    const found = templateCandidate(parameterAt(signature, i).pattern, argument);
    if (typeof found === 'string') return `Argument ${i + 1}: ${found}`;
    if (found === undefined) continue;
    const known = candidates.get(found.name);
    if (known === undefined) candidates.set(found.name, [found.candidate]);
    else known.push(found.candidate);
  }
  const bindings = new Map<string, SqlType>();
  for (const [name, list] of candidates) {
    const type = commonSupertype(list);
    if (type === undefined) {
      const inputs = [...new Set(list.map((candidate) => typeName(candidate.type)))].join(', ');
      return `Unable to find common supertype for templated argument <${shown(name)}>\n      Input types for <${shown(name)}>: {${inputs}}`;
    }
    bindings.set(name, type);
  }
  return bindings;
}

function shown(template: string): string {
  return template === 'T' ? 'T1' : template;
}

function templateCandidate(
  pattern: TypePattern,
  argument: Expression,
): { readonly name: string; readonly candidate: Candidate } | string | undefined {
  if (pattern.kind === 'template') return { name: pattern.name, candidate: candidateOf(argument) };
  if (pattern.kind !== 'array' || pattern.element.kind !== 'template') return undefined;
  const { name } = pattern.element;
  if (isUntyped(argument)) return { name, candidate: { type: INT64, standing: 'literal', untyped: true } };
  if (argument.type.kind !== 'ARRAY') return `expected array type but found ${typeName(argument.type)}`;
  const untyped = isEmptyArray(argument);
  return { name, candidate: { type: argument.type.element, standing: standingOf(argument), untyped } };
}

function fit(
  pattern: TypePattern,
  argument: Expression,
  bindings: Bindings,
): { readonly type: SqlType | undefined; readonly cost: number } | string {
  if (pattern.kind === 'part' || pattern.kind === 'step') {
    return argument.kind === pattern.kind ? { type: undefined, cost: 0 } : `expected ${patternText(pattern)}`;
  }
  if (argument.kind === 'part' || argument.kind === 'step') return 'A date part is not expected';
  return fitValue(pattern, argument, bindings);
}

function fitValue(pattern: TypePattern, argument: Expression, bindings: Bindings): ReturnType<typeof fit> {
  if (pattern.kind === 'any') return { type: undefined, cost: 0 };
  if (pattern.kind === 'printed')
    return unprinted.has(argument.type.kind) ? NOT_MEANT : { type: undefined, cost: COST_OF_PRINTING };
  const type = concrete(pattern, bindings);
  if (type === undefined) return { type: undefined, cost: 0 };
  if (isUntyped(argument)) return { type, cost: COST_OF_NULL };
  const standing = standingOf(argument);
  const cost = coercionCost(argument.type, type, standing);
  if (cost === undefined && coerces(argument, type)) return { type, cost: COST_OF_NULL };
  if (cost === undefined) return `Unable to coerce type ${typeName(argument.type)} to expected type ${typeName(type)}`;
  if (!cost.coerced) return { type, cost: 0 };
  return { type, cost: standing === 'expression' ? 1_000_000 + cost.distance * 10_000 : 100 + cost.distance };
}

/** Types whose values CONCAT does not print. */
const unprinted: ReadonlySet<string> = new Set(['ARRAY', 'STRUCT', 'BYTES', 'JSON', 'INTERVAL']);

/** More than any coercion of literals. */
const COST_OF_PRINTING = 1000;

/** Untyped NULLs fit everything, but the first overload best. */
const COST_OF_NULL = 1;

/** The pattern as a type; undefined where nothing decides it. */
function concrete(pattern: TypePattern, bindings: Bindings): SqlType | undefined {
  switch (pattern.kind) {
    case 'type':
      return pattern.type;
    case 'template':
      return bindings.get(pattern.name);
    case 'array': {
      const element = concrete(pattern.element, bindings);
      return element === undefined || element.kind === 'ARRAY' ? undefined : arrayOf(element);
    }
    case 'struct': {
      const fields = pattern.fields.map((field) => ({ name: field.name, type: concrete(field.pattern, bindings) }));
      return fields.every(isTyped) ? structOf(fields) : undefined;
    }
    default:
      return undefined;
  }
}

function isTyped<Field extends { readonly type: SqlType | undefined }>(
  field: Field,
): field is Field & { readonly type: SqlType } {
  return field.type !== undefined;
}
