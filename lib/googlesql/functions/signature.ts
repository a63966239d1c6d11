/** Signatures as text: `(STRING, INT64, [INT64]) -> STRING`, read once into patterns. */

import { scalarTypes, type ScalarKind, type SqlType } from '../types/sql-type.ts';

/** What a parameter takes or a call gives. */
export type TypePattern =
  | { readonly kind: 'type'; readonly type: SqlType }
  /** `T`: any type, the same wherever the letter stands. */
  | { readonly kind: 'template'; readonly name: string }
  | { readonly kind: 'array'; readonly element: TypePattern }
  /** `STRUCT<name TYPE, …>`; only of results. */
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly pattern: TypePattern }[] }
  /** `ANY`: a value of any type, each for itself. */
  | { readonly kind: 'any' }
  /** `PRINTED`: a value of a scalar type with a text; an overload that has one is not worth a word in an error. */
  | { readonly kind: 'printed' }
  /** `PART`: a date part such as DAY. */
  | { readonly kind: 'part' }
  /** `STEP`: `INTERVAL n part`, which the call sees as two arguments, a count and a part. */
  | { readonly kind: 'step' };

export interface Parameter {
  readonly pattern: TypePattern;
  readonly optional: boolean;
  /** Any number of arguments; only the last positional parameter, or all of them together. */
  readonly repeated: boolean;
  /** Lower-case name of a parameter that may be given by position too; `name: TYPE` in the text. */
  readonly called?: string;
  /** Lower-case name; `name =>` in the text. Such a parameter is only given by name, and must be constant. */
  readonly name?: string;
}

export interface Signature {
  readonly text: string;
  readonly parameters: readonly Parameter[];
  /** Parameters that are given by position. */
  readonly positional: readonly Parameter[];
  /** Fewest arguments by position. */
  readonly least: number;
  /** Position of the repeated parameter, else -1. */
  readonly repeatedAt: number;
  /** Whether any parameter mentions a template letter. */
  readonly templated: boolean;
  readonly result: TypePattern;
  /** The overload matches only if some argument is of this kind itself: it is not reached by coercion alone. */
  readonly needs?: ScalarKind;
}

const cache = new Map<string, Signature>();

/**
 * Reads `(parameters) -> result [if KIND]`. Parameters: `TYPE`, `[TYPE]` optional, `TYPE...` one or more, `[TYPE...]` any
 * number, `name => TYPE` named, `name: TYPE` by position or by name.
 */
export function parseSignature(text: string): Signature {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const match = /^\((.*)\) -> (.+?)(?: if (\w+))?$/.exec(text);
  if (match === null) throw new Error(`not a signature: ${text}`);
  const [, list = '', result = '', needs] = match;
  const parameters = splitTop(list).map(parseParameter);
  const positional = parameters.filter((parameter) => parameter.name === undefined);
  const signature: Signature = {
    text,
    parameters,
    positional,
    least: positional.filter((parameter) => !parameter.optional).length,
    repeatedAt: positional.findIndex((parameter) => parameter.repeated),
    templated: positional.some(({ pattern }) => pattern.kind === 'template' || pattern.kind === 'array'),
    result: parsePattern(result),
    ...(needs === undefined ? {} : { needs: needs as ScalarKind }),
  };
  cache.set(text, signature);
  return signature;
}

function splitTop(list: string): readonly string[] {
  // No comma stands inside a type: ARRAY takes one element type.
  return list === '' ? [] : list.split(', ');
}

function parseParameter(text: string): Parameter {
  const optional = text.startsWith('[');
  const inner = optional ? text.slice(1, -1) : text;
  const repeated = inner.endsWith('...');
  const bare = repeated ? inner.slice(0, -3) : inner;
  const [name, type] = bare.includes(' => ') ? bare.split(' => ') : [undefined, bare];
  const called = /^(\w+): (.*)$/.exec(type ?? '');
  return {
    pattern: parsePattern(called?.[2] ?? type ?? ''),
    optional: optional || name !== undefined,
    repeated,
    ...(name === undefined ? {} : { name: name.toLowerCase() }),
    ...(called?.[1] === undefined ? {} : { called: called[1].toLowerCase() }),
  };
}

function parsePattern(text: string): TypePattern {
  const array = /^ARRAY<(.*)>$/.exec(text);
  if (array !== null) return { kind: 'array', element: parsePattern(array[1] ?? '') };
  const struct = /^STRUCT<(.*)>$/.exec(text);
  if (struct !== null) {
    const fields = splitTop(struct[1] ?? '').map((field) => {
      const [name = '', type = ''] = field.split(' ');
      return { name, pattern: parsePattern(type) };
    });
    return { kind: 'struct', fields };
  }
  if (/^T\d?$/.test(text)) return { kind: 'template', name: text };
  if (text === 'ANY') return { kind: 'any' };
  if (text === 'PRINTED') return { kind: 'printed' };
  if (text === 'PART') return { kind: 'part' };
  if (text === 'STEP') return { kind: 'step' };
  if (!Object.hasOwn(scalarTypes, text)) throw new Error(`not a type in a signature: ${text}`);
  return { kind: 'type', type: scalarTypes[text as ScalarKind] };
}

/** A pattern as messages show it. */
export function patternText(pattern: TypePattern): string {
  switch (pattern.kind) {
    case 'type':
      return pattern.type.kind;
    case 'template':
      return pattern.name === 'T' ? 'T1' : pattern.name;
    case 'array':
      return `ARRAY<${patternText(pattern.element)}>`;
    case 'struct':
      return `STRUCT<${pattern.fields.map((field) => `${field.name} ${patternText(field.pattern)}`).join(', ')}>`;
    case 'any':
    case 'printed':
      return 'ANY';
    case 'part':
      return 'DATE_TIME_PART';
    case 'step':
      return 'INTERVAL INT64 DATE_TIME_PART';
  }
}
