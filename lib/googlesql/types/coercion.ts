/** Which types turn into which, by themselves or by CAST. Source: GoogleSQL "Conversion rules". */

import { equivalentTypes, type ScalarKind, type SqlType, type TypeKind } from './sql-type.ts';

/** What an expression is, for coercion: literals and parameters may turn into more types than other expressions. */
export type Standing = 'expression' | 'literal' | 'parameter';

/** How dear it is to take a value of one type where another is wanted; overloads are compared by these. */
export interface CoercionCost {
  readonly coerced: boolean;
  readonly distance: number;
}

const free: CoercionCost = { coerced: false, distance: 0 };

/** Positions of the kinds on a line; the distance between two is the cost of coercing. Source: GoogleSQL's type table. */
const positions: Readonly<Record<TypeKind, number>> = {
  TIME: 2,
  DATETIME: 3,
  TIMESTAMP: 8,
  DATE: 9,
  BOOL: 10,
  INT64: 14,
  NUMERIC: 15,
  BIGNUMERIC: 16,
  FLOAT64: 17,
  STRING: 19,
  STRUCT: 22,
  ARRAY: 23,
  JSON: 26,
  INTERVAL: 27,
  BYTES: 38,
};

/** Coercions that any expression may undergo. */
const implicit: Readonly<Partial<Record<TypeKind, readonly TypeKind[]>>> = {
  INT64: ['NUMERIC', 'BIGNUMERIC', 'FLOAT64'],
  NUMERIC: ['BIGNUMERIC', 'FLOAT64'],
  BIGNUMERIC: ['FLOAT64'],
  DATE: ['DATETIME'],
};

const ofStringLiteral: ReadonlySet<TypeKind> = new Set<TypeKind>(['DATE', 'DATETIME', 'TIME', 'TIMESTAMP']);
const ofFloatLiteral: ReadonlySet<TypeKind> = new Set<TypeKind>(['NUMERIC', 'BIGNUMERIC']);

/** The cost of taking `from` where `to` is wanted; undefined when it does not coerce. */
export function coercionCost(from: SqlType, to: SqlType, standing: Standing): CoercionCost | undefined {
  if (equivalentTypes(from, to)) return free;
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') return structCost(from.fields, to.fields, standing);
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    // Only a literal's elements may change their type one by one.
    return standing === 'literal' ? coercionCost(from.element, to.element, standing) : undefined;
  }
  if (!coercesTo(from.kind, to.kind, standing)) return undefined;
  return { coerced: true, distance: Math.abs(positions[to.kind] - positions[from.kind]) };
}

function coercesTo(from: TypeKind, to: TypeKind, standing: Standing): boolean {
  if (implicit[from]?.includes(to) === true) return true;
  if (standing === 'expression') return false;
  if (from === 'STRING') return ofStringLiteral.has(to);
  return from === 'FLOAT64' && standing === 'literal' && ofFloatLiteral.has(to);
}

function structCost(
  from: readonly { readonly type: SqlType }[],
  to: readonly { readonly type: SqlType }[],
  standing: Standing,
): CoercionCost | undefined {
  if (from.length !== to.length) return undefined;
  let distance = 0;
  for (const [i, field] of from.entries()) {
    const target = to[i];
    const cost = target === undefined ? undefined : coercionCost(field.type, target.type, standing);
    if (cost === undefined) return undefined;
    distance += cost.distance;
  }
  return { coerced: true, distance };
}

/** Targets of explicit CAST, beside the type itself and what it coerces to. */
const casts: Readonly<Record<ScalarKind, readonly ScalarKind[]>> = {
  INT64: ['BOOL', 'STRING'],
  FLOAT64: ['INT64', 'NUMERIC', 'BIGNUMERIC', 'STRING'],
  NUMERIC: ['INT64', 'STRING'],
  BIGNUMERIC: ['INT64', 'NUMERIC', 'STRING'],
  BOOL: ['INT64', 'STRING'],
  STRING: [
    'BOOL',
    'INT64',
    'FLOAT64',
    'NUMERIC',
    'BIGNUMERIC',
    'BYTES',
    'DATE',
    'TIME',
    'DATETIME',
    'TIMESTAMP',
    'INTERVAL',
  ],
  BYTES: ['STRING'],
  DATE: ['STRING', 'TIMESTAMP'],
  TIME: ['STRING'],
  DATETIME: ['STRING', 'DATE', 'TIME', 'TIMESTAMP'],
  TIMESTAMP: ['STRING', 'DATE', 'TIME', 'DATETIME'],
  INTERVAL: ['STRING'],
  JSON: [],
};

/** Whether CAST takes a value of one type to another. */
export function isCastable(from: SqlType, to: SqlType): boolean {
  if (equivalentTypes(from, to)) return true;
  if (from.kind === 'ARRAY' || to.kind === 'ARRAY') {
    return from.kind === 'ARRAY' && to.kind === 'ARRAY' && isCastable(from.element, to.element);
  }
  if (from.kind === 'STRUCT' || to.kind === 'STRUCT') {
    if (from.kind !== 'STRUCT' || to.kind !== 'STRUCT' || from.fields.length !== to.fields.length) return false;
    return from.fields.every((field, i) => {
      const target = to.fields[i];
      return target !== undefined && isCastable(field.type, target.type);
    });
  }
  return implicit[from.kind]?.includes(to.kind) === true || casts[from.kind].includes(to.kind);
}
