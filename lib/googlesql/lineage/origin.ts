/** Where a value comes from, field by field where it is a struct; an array counts as its elements. */

import { equivalentTypes, type SqlType } from '../types/sql-type.ts';
import { elementType, fieldColumn, type SourceColumn } from './source.ts';
import { flowsOf, influencesOf, through, ways, type Way, type Ways } from './ways.ts';

/** Sources, and how each of them reaches. */
export type Reach = Map<SourceColumn, Ways>;

/** Where a value comes from. */
export interface Origin {
  /** Of a struct with `fields`: what reaches all of them. */
  readonly reach: ReadonlyMap<SourceColumn, Ways>;
  /** Of a struct that was made of known fields. */
  readonly fields?: readonly Origin[];
}

/** Of constants. */
export const nowhere: Origin = { reach: new Map() };

/** Whether values of the type have fields. */
export function hasFields(type: SqlType): boolean {
  return elementType(type).kind === 'STRUCT';
}

const origins = new WeakMap<SourceColumn, Origin>();

/** Of a column that is read as it is. */
export function originOf(source: SourceColumn): Origin {
  const before = origins.get(source);
  if (before !== undefined) return before;
  const made: Origin = { reach: new Map([[source, ways.identity]]) };
  origins.set(source, made);
  return made;
}

/** Adds everything that an origin leads to, after one more step. */
export function gather(into: Reach, origin: Origin, step: Way): void {
  if (origin.fields === undefined) addAll(into, origin.reach, step);
  else gatherFields(into, origin, step, new Set());
}

/** Fields may share what they are made of; each part counts once. */
function gatherFields(into: Reach, origin: Origin, step: Way, seen: Set<Origin>): void {
  if (seen.has(origin)) return;
  seen.add(origin);
  addAll(into, origin.reach, step);
  for (const field of origin.fields ?? []) gatherFields(into, field, step, seen);
}

/** Adds one source. */
function add(into: Reach, source: SourceColumn, reached: Ways): void {
  into.set(source, (into.get(source) ?? 0) | reached);
}

function addAll(into: Reach, reach: ReadonlyMap<SourceColumn, Ways>, step: Way): void {
  for (const [source, reached] of reach) add(into, source, through(reached, step));
}

/** The same value after one more step that keeps its fields. */
export function stepped(origin: Origin, step: Way): Origin {
  if (step === ways.identity) return origin;
  const reach: Reach = new Map();
  addAll(reach, origin.reach, step);
  return origin.fields === undefined ? { reach } : { reach, fields: origin.fields.map((one) => stepped(one, step)) };
}

/** One field of a struct; `type` is the field's. */
export function fieldOrigin(origin: Origin, index: number, type: SqlType): Origin {
  const below = descend(origin.reach, index, type);
  if (origin.fields === undefined) return below;
  const field = origin.fields[index] ?? nowhere;
  return below.reach.size === 0 ? field : mergeOrigins([field, below], type);
}

/** A struct read from a table leads to its field there; what only decides does so as a whole. */
function descend(reach: ReadonlyMap<SourceColumn, Ways>, index: number, type: SqlType): Origin {
  const found: Reach = new Map();
  for (const [source, reached] of reach) {
    const field = fieldColumn(source, index);
    if (field === undefined || !equivalentTypes(elementType(field.type), elementType(type))) {
      add(found, source, reached);
      continue;
    }
    if (flowsOf(reached) !== 0) add(found, field, flowsOf(reached));
    if (influencesOf(reached) !== 0) add(found, source, influencesOf(reached));
  }
  return { reach: found };
}

/** Of a value that is one of several, all of one type. */
export function mergeOrigins(list: readonly Origin[], type: SqlType): Origin {
  const [first, second] = list;
  if (first === undefined) return nowhere;
  if (second === undefined) return first;
  const reach: Reach = new Map();
  const struct = elementType(type);
  if (struct.kind !== 'STRUCT' || list.every(({ fields }) => fields === undefined)) {
    for (const origin of list) gather(reach, origin, ways.identity);
    return { reach };
  }
  const fields = struct.fields.map((field, i) =>
    mergeOrigins(
      list.map((origin) => fieldOrigin(origin, i, field.type)),
      field.type,
    ),
  );
  return { reach, fields };
}

/** How much is known: it grows with every source and way. */
export function weightOf(origin: Origin): number {
  let weight = 0;
  for (const reached of origin.reach.values()) weight += bitCount(reached);
  return (origin.fields ?? []).reduce((sum, field) => sum + weightOf(field), weight);
}

function bitCount(bits: Ways): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
