// Owns the client as an app sees it: tracking, who it is about, consent, and the end.
import type { Clock, QueuedEvent, QueueStore, RandomBytes, Transport } from './effects.ts';
import { FLUSH_TIMEOUT_MS, type QueueLimits } from './limits.ts';
import { Outbox, type Rejected, type Tally } from './outbox.ts';
import { type Consent, type EventDescriptor, record, type Tracked, type TrackOptions, type Who } from './record.ts';
import { Saver } from './saver.ts';
import { Sender } from './sender.ts';
import { createIds } from './uuid-v7.ts';

/** Something that only people can put right; sending goes on by itself once they have. */
export type Problem =
  /** The queue cannot be kept over restarts: the disk is full, or storage is forbidden. Events are sent from memory. */
  | { readonly kind: 'storage' }
  /** Collect refuses the requests as a whole, as `unknown_write_key` or `origin_not_allowed`. Events wait. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string };

/** What an app may set in every environment. */
export interface ClientOptions extends Who {
  /** Base URL of collect. */
  readonly url: string;
  readonly writeKey: string;
  readonly consent?: Consent;
  /** What differs from the limits of the environment. */
  readonly limits?: Partial<QueueLimits>;
  /** Nothing is sent in the background, only by `flush`: for functions that are frozen between calls. */
  readonly oneShot?: boolean;
  /** Told of each event that is refused for good, and not sent again. */
  readonly onRejected?: (rejected: Rejected) => void;
  readonly onProblem?: (problem: Problem) => void;
}

/** What became of all events, and what is still queued. */
export interface Counts extends Readonly<Tally> {
  readonly queued: number;
  readonly queuedBytes: number;
}

export interface Client {
  /** Queues an event. Never throws: what cannot be recorded is `refused` with a reason. */
  track(type: EventDescriptor | string, data: object, options?: TrackOptions): Tracked;
  /** Says whom further events are about; without arguments, nobody any more. */
  identify(who?: Who): void;
  /** Takes answers by purpose. What is queued for a purpose that is answered no is removed and not sent. */
  setConsent(answers: Consent): void;
  /** Sends everything now; resolves with how many events are left, 0 when all have their verdict. */
  flush(timeoutMs?: number): Promise<number>;
  /** Resolves when everything tracked so far is in the queue's store. */
  saved(): Promise<void>;
  counts(): Counts;
  /** Flushes and ends. What is left is kept in the store for the next client. */
  close(timeoutMs?: number): Promise<number>;
}

/** What a client is made of, beside its options. */
export interface ClientParts {
  readonly limits: QueueLimits;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** None: events live in memory only. */
  readonly store: QueueStore | undefined;
  readonly transport: Transport;
}

/** What the environment tells a client. */
export interface Engine {
  readonly client: Client;
  readonly sender: Pick<Sender, 'hurry' | 'lastCall'>;
}

/** Puts a client together. */
export function createClient(options: ClientOptions, parts: ClientParts): Engine {
  const { clock, random } = parts;
  const outbox = new Outbox(parts.limits, random);
  const tell = (problem: Problem): void => guarded(options.onProblem, problem);
  const saver = new Saver(parts.store, () => tell({ kind: 'storage' }));
  const sender = new Sender({
    outbox,
    transport: parts.transport,
    clock,
    gatherMs: options.oneShot === true ? undefined : parts.limits.gatherMs,
    settled: ({ gone, rejected }) => {
      saver.remove(gone);
      for (const one of rejected) guarded(options.onRejected, one);
    },
    refused: ({ status, code }) => tell({ kind: 'refused', status, code }),
    expired: (ids) => saver.remove(ids),
  });
  const client = new QueueingClient(options, { outbox, saver, sender, clock, newId: createIds(random) });
  return { client, sender };
}

/** An app's own mistake must not stop the queue. */
function guarded<Value>(callback: ((value: Value) => void) | undefined, value: Value): void {
  try {
    callback?.(value);
  } catch (thrown) {
    // As any other error of the app: where its own handlers look for it.
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

interface Workings {
  readonly outbox: Outbox;
  readonly saver: Saver;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly newId: (nowMs: number) => string;
}

class QueueingClient implements Client {
  readonly #workings: Workings;
  #who: Who;
  #consent: Consent;
  #closed = false;

  constructor({ userId, anonymousId, consent = {} }: ClientOptions, workings: Workings) {
    this.#workings = workings;
    this.#who = { userId, anonymousId };
    this.#consent = consent;
    workings.saver.open((events) => this.#recover(events));
  }

  track(type: EventDescriptor | string, data: object, options: TrackOptions = {}): Tracked {
    if (this.#closed) return { kind: 'refused', code: 'closed' };
    const { outbox, saver, sender, clock, newId } = this.#workings;
    const descriptor = typeof type === 'string' ? { type } : type;
    const happening = { descriptor, data, options, who: this.#who, consent: this.#consent, nowMs: clock.now(), newId };
    const recorded = record(happening);
    if (recorded.kind === 'refused') return recorded;
    const { event } = recorded;
    if (!outbox.has(event.id)) {
      const dropped = outbox.add(event);
      if (outbox.has(event.id)) saver.add(event);
      saver.remove(dropped);
      sender.added();
    }
    return { kind: 'queued', id: event.id };
  }

  identify({ userId, anonymousId }: Who = {}): void {
    this.#who = { userId, anonymousId };
  }

  setConsent(answers: Consent): void {
    const { outbox, saver, sender } = this.#workings;
    this.#consent = { ...this.#consent, ...answers };
    saver.purge(outbox.purge((event) => this.#isWithdrawn(event)));
    sender.wake();
  }

  async flush(timeoutMs = FLUSH_TIMEOUT_MS): Promise<number> {
    const { outbox, sender, clock } = this.#workings;
    const deadlineMs = clock.now() + timeoutMs;
    // What an earlier life left is to be sent too.
    await this.#savedBy(deadlineMs);
    await sender.flush(deadlineMs - clock.now());
    await this.#savedBy(deadlineMs);
    return outbox.size;
  }

  saved(): Promise<void> {
    return this.#workings.saver.saved();
  }

  counts(): Counts {
    const { outbox } = this.#workings;
    return { ...outbox.tally, queued: outbox.size, queuedBytes: outbox.bytes };
  }

  async close(timeoutMs?: number): Promise<number> {
    this.#closed = true;
    const left = await this.flush(timeoutMs);
    this.#workings.sender.stop();
    await this.#workings.saver.close();
    return left;
  }

  #recover(events: readonly QueuedEvent[]): void {
    const { outbox, saver, sender } = this.#workings;
    saver.remove(outbox.recover(events));
    saver.purge(outbox.purge((event) => this.#isWithdrawn(event)));
    sender.wake();
  }

  #isWithdrawn({ purpose, text }: QueuedEvent): boolean {
    if (purpose !== undefined) return this.#consent[purpose] === false;
    // Without a declared purpose the answers it carries tell; without those, any no may be meant, and it is rather lost than sent.
    const { consent } = JSON.parse(text) as { readonly consent?: Consent };
    const named = Object.keys(consent ?? this.#consent);
    return named.some((name) => this.#consent[name] === false && consent?.[name] !== false);
  }

  /** Storage has been seen to hang; nobody waits for it longer than they want. */
  async #savedBy(deadlineMs: number): Promise<void> {
    const { clock, saver } = this.#workings;
    let cancel: (() => void) | undefined;
    const tooLate = new Promise<void>((resolve) => {
      cancel = clock.after(deadlineMs - clock.now(), resolve);
    });
    await Promise.race([saver.saved(), tooLate]);
    cancel?.();
  }
}
