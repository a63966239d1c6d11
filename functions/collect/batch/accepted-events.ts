// Owns recognising twins at the edge: events that this process has accepted lately, and those that are on their way.

/** Events that are remembered: the older half goes when the newer half is full. About 140 bytes each. */
const REMEMBERED = 100_000;

/** What claiming an event finds. */
export type Claimed =
  /** Nobody has it: publish it, then settle the claim. */
  | { readonly kind: 'first'; readonly claim: Claim }
  /** It is on its way in another request, or earlier in this one: its verdict is that one's. */
  | { readonly kind: 'twin'; readonly claim: Claim }
  /** It was accepted; `same` payload or another one. */
  | { readonly kind: 'known'; readonly payload: 'same' | 'other' };

/** What became of an event that was on its way. */
export type ClaimOutcome = 'accepted' | 'abandoned';

/** Within what ids mean the same: the write key and the import. */
export type ClaimScope = string;

/** One event on its way. Whoever was first settles it, whatever happens. */
export class Claim {
  readonly eventId: string;
  readonly fingerprint: string;
  #outcome: ClaimOutcome | undefined;
  #waiting: ((outcome: ClaimOutcome) => void)[] | undefined;

  constructor(eventId: string, fingerprint: string) {
    this.eventId = eventId;
    this.fingerprint = fingerprint;
  }

  get outcome(): ClaimOutcome | undefined {
    return this.#outcome;
  }

  /** Resolves when the first one's verdict is known. */
  settled(): Promise<ClaimOutcome> {
    if (this.#outcome !== undefined) return Promise.resolve(this.#outcome);
    return new Promise((resolve) => {
      (this.#waiting ??= []).push(resolve);
    });
  }

  /** To be called by the one who was first. */
  settle(outcome: ClaimOutcome): void {
    this.#outcome = outcome;
    for (const resolve of this.#waiting ?? []) resolve(outcome);
    this.#waiting = undefined;
  }
}

/** Fingerprints by hashed id, for each scope. */
type Fingerprints = Map<ClaimScope, Map<string, string>>;

/**
 * Remembers accepted events by their hashed id, never before their publish is acknowledged: a twin that came in between would be
 * called a duplicate of something that may be lost. What it forgets, closing a partition still recognises.
 */
export class AcceptedEvents {
  readonly #capacity: number;
  readonly #onTheirWay = new Map<ClaimScope, Map<string, Claim>>();
  #newer: Fingerprints = new Map();
  #older: Fingerprints = new Map();
  /** In the newer half. */
  #count = 0;

  constructor(capacity = REMEMBERED) {
    this.#capacity = capacity;
  }

  claim(scope: ClaimScope, eventId: string, fingerprint: string): Claimed {
    const known = this.#newer.get(scope)?.get(eventId) ?? this.#older.get(scope)?.get(eventId);
    if (known !== undefined) return { kind: 'known', payload: known === fingerprint ? 'same' : 'other' };
    const onTheirWay = within(this.#onTheirWay, scope);
    const under = onTheirWay.get(eventId);
    if (under !== undefined) return { kind: 'twin', claim: under };
    const claim = new Claim(eventId, fingerprint);
    onTheirWay.set(eventId, claim);
    return { kind: 'first', claim };
  }

  /** Ends a claim; an accepted event is remembered from now on. */
  settle(scope: ClaimScope, claim: Claim, outcome: ClaimOutcome): void {
    if (claim.outcome !== undefined) return;
    const onTheirWay = within(this.#onTheirWay, scope);
    onTheirWay.delete(claim.eventId);
    // Imports come and go, and each is a scope.
    if (onTheirWay.size === 0) this.#onTheirWay.delete(scope);
    if (outcome === 'accepted') this.#remember(scope, claim);
    claim.settle(outcome);
  }

  #remember(scope: ClaimScope, { eventId, fingerprint }: Claim): void {
    if (this.#count >= this.#capacity / 2) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#count = 0;
    }
    within(this.#newer, scope).set(eventId, fingerprint);
    this.#count += 1;
  }
}

function within<Value>(scopes: Map<ClaimScope, Map<string, Value>>, scope: ClaimScope): Map<string, Value> {
  let found = scopes.get(scope);
  if (found === undefined) {
    found = new Map();
    scopes.set(scope, found);
  }
  return found;
}

/** The claims of one batch: none of them outlives it. */
export class BatchClaims {
  readonly #accepted: AcceptedEvents;
  readonly #scope: ClaimScope;
  readonly #first: Claim[] = [];

  constructor(accepted: AcceptedEvents, scope: ClaimScope) {
    this.#accepted = accepted;
    this.#scope = scope;
  }

  claim(eventId: string, fingerprint: string): Claimed {
    const claimed = this.#accepted.claim(this.#scope, eventId, fingerprint);
    if (claimed.kind === 'first') this.#first.push(claimed.claim);
    return claimed;
  }

  accept(claim: Claim): void {
    this.#accepted.settle(this.#scope, claim, 'accepted');
  }

  /** Gives up every claim that was not accepted; to be called whatever happens. */
  release(): void {
    for (const claim of this.#first) this.#accepted.settle(this.#scope, claim, 'abandoned');
  }
}
