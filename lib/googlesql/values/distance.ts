/** Distances of vectors, dense or sparse. */

import { type SqlValue, ValueError } from './sql-value.ts';

/** Pairs of values at the same place of two vectors; an index that a sparse vector lacks is 0. */
export function pairsOf(a: readonly SqlValue[], b: readonly SqlValue[]): readonly (readonly [number, number])[] {
  const sparse = Array.isArray(a[0]) || Array.isArray(b[0]);
  if (!sparse) {
    if (a.length !== b.length) throw new ValueError(`Array length mismatch: ${a.length} and ${b.length}`);
    return a.map((value, i) => [numberOf(value), numberOf(b[i] ?? null)]);
  }
  const left = byIndex(a);
  const right = byIndex(b);
  return [...new Set([...left.keys(), ...right.keys()])].map((key) => [left.get(key) ?? 0, right.get(key) ?? 0]);
}

function byIndex(vector: readonly SqlValue[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const entry of vector) {
    if (!Array.isArray(entry)) throw new ValueError('NULL array element');
    const [index, value] = entry as readonly SqlValue[];
    if (typeof index !== 'bigint' && typeof index !== 'string') throw new ValueError('NULL struct field');
    const key = String(index);
    if (found.has(key)) throw new ValueError(`Duplicate index ${key} found in the input array`);
    found.set(key, numberOf(value ?? null));
  }
  return found;
}

function numberOf(value: SqlValue): number {
  if (typeof value !== 'number') throw new ValueError('NULL array element');
  return value;
}

/** One less the cosine of the angle between two vectors. */
export function cosineDistance(pairs: readonly (readonly [number, number])[]): number {
  let [product, lengthA, lengthB] = [0, 0, 0];
  for (const [x, y] of pairs) {
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  if (lengthA === 0 || lengthB === 0) throw new ValueError('Cannot compute cosine distance against zero vector');
  return 1 - product / (Math.sqrt(lengthA) * Math.sqrt(lengthB));
}

/** The length of the difference of two vectors. */
export function euclideanDistance(pairs: readonly (readonly [number, number])[]): number {
  return Math.sqrt(pairs.reduce((sum, [x, y]) => sum + (x - y) ** 2, 0));
}
