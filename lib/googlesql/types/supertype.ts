/** The type that several expressions share: of CASE branches, array elements, set operations. */

import { coercionCost, type Standing } from './coercion.ts';
import { arrayOf, equivalentTypes, scalarTypes, structOf, type ScalarKind, type SqlType } from './sql-type.ts';

/** One input of a supertype. */
export interface Candidate {
  readonly type: SqlType;
  readonly standing: Standing;
  /** An untyped NULL or empty array, which takes any type. */
  readonly untyped: boolean;
  /** Of a struct that is written out: its fields, each for itself. */
  readonly fields?: readonly Candidate[];
}

/** Supertypes of the numeric kinds, most specific first. */
const numericOrder: readonly ScalarKind[] = ['INT64', 'NUMERIC', 'BIGNUMERIC', 'FLOAT64'];

/**
 * The common supertype, or undefined when there is none. Typed expressions decide; literals then either fit, or lift
 * the result (an INT64 column and a 1.5 literal meet in FLOAT64).
 */
export function commonSupertype(candidates: readonly Candidate[]): SqlType | undefined {
  const typed = candidates.filter((candidate) => !candidate.untyped);
  const [first] = typed;
  if (first === undefined) return candidates[0]?.type;
  if (typed.every(({ type }) => equivalentTypes(type, first.type))) return dominantNames(typed, first.type);
  if (typed.every(({ type }) => type.kind === 'STRUCT')) return commonStruct(typed);
  if (typed.every(({ type }) => type.kind === 'ARRAY')) return commonArray(typed);
  const firm = typed.filter(({ standing }) => standing === 'expression');
  const base = firm.length === 0 ? commonOfKinds(typed) : commonOfKinds(firm);
  if (base !== undefined && allCoerce(typed, base)) return base;
  const lifted = commonOfKinds(typed);
  return lifted !== undefined && allCoerce(typed, lifted) ? lifted : undefined;
}

function allCoerce(candidates: readonly Candidate[], to: SqlType): boolean {
  return candidates.every(({ type, standing }) => coercionCost(type, to, standing) !== undefined);
}

function commonOfKinds(candidates: readonly Candidate[]): SqlType | undefined {
  const kinds = new Set(candidates.map(({ type }) => type.kind));
  if (kinds.size === 1) return candidates[0]?.type;
  const ranks = [...kinds].map((kind) => numericOrder.findIndex((numeric) => numeric === kind));
  if (ranks.every((rank) => rank >= 0)) {
    const kind = numericOrder[Math.max(...ranks)];
    return kind === undefined ? undefined : scalarTypes[kind];
  }
  // A string literal beside a date takes the date's type; a DATE beside a DATETIME takes DATETIME.
  return candidates.map(({ type }) => type).find((type) => allCoerce(candidates, type));
}

/** Of structs that differ only in field names, the first one's names win; a literal's names yield to a column's. */
function dominantNames(candidates: readonly Candidate[], fallback: SqlType): SqlType {
  return candidates.find(({ standing }) => standing === 'expression')?.type ?? fallback;
}

function commonStruct(candidates: readonly Candidate[]): SqlType | undefined {
  const structs = candidates.flatMap(({ type }) => (type.kind === 'STRUCT' ? [type] : []));
  const [first] = structs;
  if (first === undefined || structs.some(({ fields }) => fields.length !== first.fields.length)) return undefined;
  const fields: { name: string; type: SqlType }[] = [];
  for (const [i, field] of first.fields.entries()) {
    const type = commonSupertype(
      candidates.flatMap((candidate, n) => {
        const inner = structs[n]?.fields[i];
        if (inner === undefined) return [];
        return [candidate.fields?.[i] ?? { type: inner.type, standing: candidate.standing, untyped: false }];
      }),
    );
    if (type === undefined) return undefined;
    fields.push({ name: field.name, type });
  }
  return structOf(fields);
}

function commonArray(candidates: readonly Candidate[]): SqlType | undefined {
  const firm = candidates.find(({ standing }) => standing === 'expression');
  if (firm !== undefined) return allCoerce(candidates, firm.type) ? firm.type : undefined;
  const element = commonSupertype(
    candidates.flatMap(({ type, standing }) =>
      type.kind === 'ARRAY' ? [{ type: type.element, standing, untyped: false }] : [],
    ),
  );
  return element === undefined ? undefined : arrayOf(element);
}
