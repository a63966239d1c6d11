// Owns what is yet to be written to the store: everything that changed meanwhile goes with the next write.
import type { QueuedEvent, QueueStore } from './effects.ts';

export class Saver {
  readonly #failed: () => void;
  /** None: events live in memory only. */
  #store: QueueStore | undefined;
  #added = new Map<string, QueuedEvent>();
  #removed = new Set<string>();
  #scrub = false;
  #open = false;
  #writing: Promise<void> | undefined;

  /** `failed` is told when a write did not succeed; what it held is tried again with the next change. */
  constructor(store: QueueStore | undefined, failed: () => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** Opens the store; when it cannot be opened, it is done without. */
  open(recovered: (events: readonly QueuedEvent[]) => void): void {
    if (this.#store !== undefined) this.#writing = this.#use(this.#store, recovered);
  }

  add(event: QueuedEvent): void {
    if (this.#store === undefined) return;
    this.#added.set(event.id, event);
    this.#begin();
  }

  remove(ids: readonly string[]): void {
    if (this.#store === undefined) return;
    // What was never written, or is being written right now, is removed all the same: that is no error.
    for (const id of ids) {
      this.#added.delete(id);
      this.#removed.add(id);
    }
    if (ids.length > 0) this.#begin();
  }

  /** Removes so that nothing stays readable. */
  purge(ids: readonly string[]): void {
    this.#scrub ||= ids.length > 0;
    this.remove(ids);
  }

  /** Resolves when everything so far is durable, or could not be made so. */
  async saved(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async close(): Promise<void> {
    await this.saved();
    await this.#store?.close().catch(this.#failed);
    this.#store = undefined;
  }

  async #use(store: QueueStore, recovered: (events: readonly QueuedEvent[]) => void): Promise<void> {
    try {
      await store.open(recovered);
      this.#open = true;
    } catch {
      this.#store = undefined;
      this.#added.clear();
      this.#failed();
    }
    await this.#next();
  }

  #begin(): void {
    this.#writing ??= Promise.resolve().then(() => this.#next());
  }

  async #next(): Promise<void> {
    while (this.#store !== undefined && this.#open && this.#added.size + this.#removed.size > 0) {
      const [added, removed, scrub] = [this.#added, this.#removed, this.#scrub];
      this.#added = new Map();
      this.#removed = new Set();
      this.#scrub = false;
      try {
        await this.#store.write([...added.values()], [...removed]);
        if (scrub) await this.#store.scrub();
      } catch {
        this.#takeBack(added, removed, scrub);
        this.#failed();
        break;
      }
    }
    this.#writing = undefined;
  }

  #takeBack(added: ReadonlyMap<string, QueuedEvent>, removed: ReadonlySet<string>, scrub: boolean): void {
    const still = [...added].filter(([id]) => !this.#removed.has(id));
    this.#added = new Map([...still, ...this.#added]);
    this.#removed = new Set([...removed, ...this.#removed]);
    this.#scrub ||= scrub;
  }
}
