// Owns what a listing of the state bucket says of erasures: ids, states and times, so that nobody has to read a record to show how
// far they are. Nothing of a person, not even a digest, is in a name or a label.
import type { Labels, ListedObject } from '../../platform/object-store.ts';
import { formatTimestamp } from '../../platform/timestamp.ts';
import { uuidV7 } from '../../platform/uuid.ts';
import type { ErasureRecord } from './erasure-record.ts';
import { ERASURE_STATES, type ErasureState } from './erasure-states.ts';

/** What everything kept of an erasure begins with. */
export const ERASURES_PREFIX = 'erasures/';
const RECORD_SUFFIX = '/record';

/** An erasure as a listing shows it. */
export interface ListedErasure {
  readonly id: string;
  readonly state: ErasureState;
  readonly receivedAt: string;
  readonly dueAt: string;
  /** Once it has its certificate. */
  readonly certifiedAt?: string;
}

/** The object of the record of an erasure. */
export function erasureObject(id: string): string {
  return `${ERASURES_PREFIX}${id}${RECORD_SUFFIX}`;
}

/** The least id that an erasure received at a moment can have: ids sort by their receipt. */
export function leastErasureId(receivedAtMs: number): string {
  return uuidV7(Math.max(0, receivedAtMs), (bytes) => new Uint8Array(bytes));
}

/** What a listing shows of a record. */
export function labelsOfErasure({ state, receivedAtMs, dueAtMs, steps }: ErasureRecord): Labels {
  return {
    state,
    receivedAt: formatTimestamp(receivedAtMs),
    dueAt: formatTimestamp(dueAtMs),
    ...(steps.certified === undefined ? {} : { certifiedAt: formatTimestamp(steps.certified.atMs) }),
  };
}

/** The erasure whose record an object is; undefined for what else is kept of erasures. */
export function listedErasure({ name, labels }: Pick<ListedObject, 'name' | 'labels'>): ListedErasure | undefined {
  if (!name.startsWith(ERASURES_PREFIX) || !name.endsWith(RECORD_SUFFIX)) return undefined;
  const { state, receivedAt, dueAt, certifiedAt } = labels;
  if (!isState(state) || receivedAt === undefined || dueAt === undefined) return undefined;
  const id = name.slice(ERASURES_PREFIX.length, -RECORD_SUFFIX.length);
  return { id, state, receivedAt, dueAt, ...(certifiedAt === undefined ? {} : { certifiedAt }) };
}

function isState(text: string | undefined): text is ErasureState {
  return text !== undefined && Object.hasOwn(ERASURE_STATES, text);
}
