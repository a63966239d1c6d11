// Owns the states of an erasure and what may follow what. A longer process grows by rows: a state names what comes after it.

/** One state: what has happened when an erasure is in it, and where it may go from there. */
interface StateRow {
  readonly meaning: string;
  readonly next: readonly string[];
}

/** The states in order. Nothing is destroyed before `shredded`; from there on there is only forwards. */
export const ERASURE_STATES = {
  received: { meaning: 'The request is recorded durably, before anything is touched.', next: ['scoped'] },
  scoped: {
    meaning: 'For every endpoint it is known what will be done, or the owner has been asked.',
    next: ['frozen'],
  },
  frozen: {
    meaning: 'The keyrings take no new keys and visitors; what will be destroyed is final and stored.',
    next: ['shredded'],
  },
  shredded: { meaning: 'Tombstones stand where the keys were, and every process has been told.', next: ['waited'] },
  waited: { meaning: 'The revocation bound has passed: no process uses the keys any more.', next: ['rows-cleaned'] },
  'rows-cleaned': {
    meaning: 'Rows that were derived from opened values are deleted or computed anew.',
    next: ['proved'],
  },
  proved: { meaning: 'Probes have shown that nothing opens.', next: ['certified'] },
  certified: { meaning: 'The signed certificate is in the ledger.', next: [] },
} as const satisfies { readonly [state: string]: StateRow };

export type ErasureState = keyof typeof ERASURE_STATES;

/** Whether an erasure may go from one state to the other. */
export function mayFollow(from: ErasureState, to: ErasureState): boolean {
  const next: readonly string[] = ERASURE_STATES[from].next;
  return next.includes(to);
}

/** Whether nothing comes after this state. */
export function isFinal(state: ErasureState): boolean {
  return ERASURE_STATES[state].next.length === 0;
}
