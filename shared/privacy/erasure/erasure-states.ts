// Owns the states of an erasure and what may follow what. A longer process grows by rows: a state names what comes after it.

/** One state: what has happened when an erasure is in it, and where it may go from there. */
interface StateRow {
  readonly meaning: string;
  readonly next: readonly string[];
}

/**
 * The states in order; `held`, `restricted` and `exported` are gone through only where there is reason to. Nothing is destroyed before
 * `shredded`; from `frozen` on there is only forwards.
 */
export const ERASURE_STATES = {
  received: { meaning: 'The request is recorded durably, before anything is touched.', next: ['verified'] },
  verified: { meaning: 'It is known that whoever asked may ask.', next: ['scoped'] },
  scoped: {
    meaning: 'For every endpoint it is known what will be done, or the owner has been asked.',
    next: ['held', 'restricted', 'exported', 'frozen'],
  },
  held: {
    meaning: 'A legal hold keeps everything as it is until it is lifted.',
    next: ['restricted', 'exported', 'frozen'],
  },
  restricted: {
    meaning: 'A legal hold keeps everything, and nothing is sealed or opened any more until it is lifted.',
    next: ['held', 'exported', 'frozen'],
  },
  exported: {
    meaning: 'What is held of the person was put together for them before it goes.',
    next: ['held', 'restricted', 'frozen'],
  },
  frozen: {
    meaning: 'The keyrings take no new keys and visitors; what will be destroyed is final and stored.',
    next: ['shredded'],
  },
  shredded: { meaning: 'Tombstones stand where the keys were, and every process has been told.', next: ['waited'] },
  waited: { meaning: 'The revocation bound has passed: no process uses the keys any more.', next: ['rows-cleaned'] },
  'rows-cleaned': {
    meaning: 'Rows that were derived from opened values are deleted or computed anew.',
    next: ['recipients-told'],
  },
  'recipients-told': {
    meaning: 'Whoever outside got something of the person has a notice to erase it too.',
    next: ['proved'],
  },
  proved: { meaning: 'Probes have shown that nothing opens.', next: ['certified'] },
  certified: { meaning: 'The signed certificate is in the ledger.', next: ['hardened'] },
  hardened: {
    meaning: 'The key versions that wrapped the keys are destroyed, which addenda in the ledger say.',
    next: [],
  },
} as const satisfies { readonly [state: string]: StateRow };

export type ErasureState = keyof typeof ERASURE_STATES;

// The table's keys are the states, in order.
const ORDER = Object.keys(ERASURE_STATES) as readonly ErasureState[];

/** Whether an erasure may go from one state to the other. */
export function mayFollow(from: ErasureState, to: ErasureState): boolean {
  const next: readonly string[] = ERASURE_STATES[from].next;
  return next.includes(to);
}

/** Whether an erasure has its certificate: what is left to do then is done by the rotation of epochs. */
export function isFinal(state: ErasureState): boolean {
  return ORDER.indexOf(state) >= ORDER.indexOf('certified');
}

/** Whether an erasure in state `from` has left `state` behind, gone through it or not. */
export function isBeyond(from: ErasureState, state: ErasureState): boolean {
  return ORDER.indexOf(from) > ORDER.indexOf(state);
}
