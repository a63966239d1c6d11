// Owns the rule by which the books of a partition balance, from the collector over the raw table to the endpoint.
import { type Books, imbalanceOf } from './books.ts';

/** What was counted of one event type in one partition. */
export interface Reconciled {
  readonly books: Books;
  /** Whether every boot has said its last word: one that was killed counted less than it sent. */
  readonly final: boolean;
  /** Sequences whose publish was acknowledged. */
  readonly acknowledged: number;
  /** Of them: those that are in the raw table. */
  readonly landed: number;
  /** Of them: those that are among the dead letters instead. */
  readonly dead: number;
  /** Different events that landed, by id: twins are one. */
  readonly events: number;
  /** Of them: those that the endpoint does not hold. */
  readonly missing: number;
  /** Different failed events that landed; `books.kept` were acknowledged. */
  readonly failed: number;
}

/** Something that does not add up, and by how many events. */
export interface Gap {
  readonly kind: (typeof GAPS)[number];
  readonly events: number;
}

/**
 * `unbalanced`: received and answered differ. `lost`: acknowledged, and neither landed nor dead. `unpublished`: landed, and not in
 * the endpoint. `failed-lost`: a kept failed event that did not land. Dead letters are accounted for, and have an alert of their own.
 */
export const GAPS = ['unbalanced', 'lost', 'unpublished', 'failed-lost'] as const;

/** What does not add up; nothing when the books balance. */
export function gapsOf({ books, acknowledged, landed, dead, missing, failed }: Reconciled): readonly Gap[] {
  const amounts: Readonly<Record<Gap['kind'], number>> = {
    unbalanced: Math.abs(imbalanceOf(books)),
    lost: acknowledged - landed - dead,
    unpublished: missing,
    'failed-lost': Math.max(0, books.kept - failed),
  };
  return GAPS.flatMap((kind) => (amounts[kind] > 0 ? [{ kind, events: amounts[kind] }] : []));
}
