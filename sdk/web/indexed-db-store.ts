// Owns the queue of a browser: IndexedDB, shared by all pages of an origin, each event in the lane of the page that tracked it.
import type { QueuedEvent, QueueStore } from '../core/effects.ts';
import type { Database, DatabaseFactory, DatabaseRequest, Locks, ObjectStore } from './browser.ts';
import { Lanes } from './lanes.ts';

const EVENTS = 'events';

/** An event as it is stored. */
interface StoredEvent extends QueuedEvent {
  readonly lane: string;
}

export interface IndexedDbPlace {
  readonly factory: DatabaseFactory;
  /** None in old browsers and in pages without TLS; every page then sends what it finds, and collect recognises twins. */
  readonly locks: Locks | undefined;
  /** Name of the database. */
  readonly name: string;
  /** The lane of this page: an id of its own. */
  readonly lane: string;
}

export class IndexedDbStore implements QueueStore {
  readonly #place: IndexedDbPlace;
  readonly #lanes: Lanes | undefined;
  #database: Database | undefined;
  #recovered: (events: readonly QueuedEvent[]) => void = () => undefined;

  constructor(place: IndexedDbPlace) {
    this.#place = place;
    this.#lanes = place.locks && new Lanes(place.locks, `${place.name}:`);
  }

  async open(recovered: (events: readonly QueuedEvent[]) => void): Promise<void> {
    const request = this.#place.factory.open(this.#place.name, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(EVENTS, { keyPath: 'id' }));
    this.#database = await resultOf(request);
    this.#recovered = recovered;
    await this.resume();
  }

  /** Takes the lanes that nobody holds before it resolves, and those of other pages as these end. */
  async resume(): Promise<void> {
    const { lane } = this.#place;
    const lanes = this.#lanes;
    void lanes?.claim(lane, () => Promise.resolve());
    const stored = await this.#read();
    if (lanes === undefined) return this.#recovered(stored);
    const others = [...new Set(stored.map((event) => event.lane))].filter((other) => other !== lane);
    await Promise.all(others.map((other) => lanes.claim(other, () => this.#inherit(other))));
  }

  /** Lets other pages have the lanes. */
  release(): void {
    this.#lanes?.release();
  }

  async write(added: readonly QueuedEvent[], removed: readonly string[]): Promise<void> {
    await this.#transact((store) => {
      for (const event of added) store.put({ ...event, lane: this.#place.lane });
      for (const id of removed) store.delete(id);
    });
  }

  /** A deleted row is gone for every page; the browser's own files are out of reach. */
  scrub(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.release();
    this.#database?.close();
    return Promise.resolve();
  }

  async #inherit(lane: string): Promise<void> {
    const stored = await this.#read().catch(() => []);
    this.#recovered(stored.filter((event) => event.lane === lane));
  }

  async #read(): Promise<readonly StoredEvent[]> {
    const transaction = this.#opened().transaction(EVENTS, 'readonly');
    // Only `write` puts anything in.
    return (await resultOf(transaction.objectStore(EVENTS).getAll())) as StoredEvent[];
  }

  #transact(change: (store: ObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#opened().transaction(EVENTS, 'readwrite');
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(new Error('aborted', { cause: transaction.error })));
      change(transaction.objectStore(EVENTS));
      // Without waiting for the requests to answer: the page may end any moment.
      transaction.commit?.();
    });
  }

  #opened(): Database {
    if (this.#database === undefined) throw new Error('the database is not open');
    return this.#database;
  }
}

function resultOf<Result>(request: DatabaseRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(new Error('failed', { cause: request.error })));
  });
}
