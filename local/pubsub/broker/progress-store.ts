/** Keeps what each subscription has acknowledged: soon after it happened, or at once where a promise depends on it. */
import type { Store } from '../../primitives/store.ts';
import type { Progress } from '../backlog/backlog.ts';

export const PROGRESS_TABLES = `CREATE TABLE progress (subscription INTEGER PRIMARY KEY, progress TEXT NOT NULL) STRICT`;

/** Acknowledgements that are younger may be lost in a crash; at-least-once delivery allows it. */
const SAVE_AFTER_MS = 200;

export interface ProgressOwner {
  readonly number: number;
  readonly progress: Progress;
  /** Its progress must survive the loss of the machine, not only of the process. */
  readonly strict: boolean;
}

export interface ProgressStores {
  /** Survives the death of the process. */
  readonly lazy: Store;
  /** On disk when it says so. */
  readonly strict: Store;
}

export class ProgressStore {
  readonly #stores: ProgressStores;
  readonly #onSaved: (owners: ReadonlySet<ProgressOwner>) => void;
  #dirty = new Set<ProgressOwner>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param onSaved called after a round of saving, with those whose progress was saved */
  constructor(stores: ProgressStores, onSaved: (owners: ReadonlySet<ProgressOwner>) => void) {
    this.#stores = stores;
    this.#onSaved = onSaved;
  }

  load(number: number, kind: keyof ProgressStores): Progress | undefined {
    const row = this.#stores[kind].get<{ progress: string }>(
      'SELECT progress FROM progress WHERE subscription = ?',
      number,
    );
    return row === undefined ? undefined : (JSON.parse(row.progress) as Progress);
  }

  /** Something changed: it is saved a moment later. */
  touch(owner: ProgressOwner): void {
    if (this.#closed) return;
    this.#dirty.add(owner);
    this.#timer ??= setTimeout(() => this.flush(), SAVE_AFTER_MS).unref();
  }

  /** Saves now; resolves when it is on disk. */
  commit(owner: ProgressOwner): Promise<void> {
    const store = owner.strict ? this.#stores.strict : this.#stores.lazy;
    return store.together(() => save(store, owner));
  }

  forget(owner: ProgressOwner): void {
    this.#dirty.delete(owner);
    for (const store of Object.values(this.#stores) as Store[]) {
      store.run('DELETE FROM progress WHERE subscription = ?', owner.number);
    }
  }

  /** Saves all that changed, and nothing after it. */
  close(): void {
    this.flush();
    clearTimeout(this.#timer);
    this.#closed = true;
  }

  /** Saves all that changed. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const owners = this.#dirty;
    if (owners.size === 0) return;
    this.#dirty = new Set();
    const [strict, lazy] = [[...owners].filter((owner) => owner.strict), [...owners].filter((owner) => !owner.strict)];
    if (lazy.length > 0) saveAll(this.#stores.lazy, lazy);
    if (strict.length > 0) saveAll(this.#stores.strict, strict);
    this.#onSaved(owners);
  }
}

function saveAll(store: Store, owners: readonly ProgressOwner[]): void {
  store.transaction(() => {
    for (const owner of owners) save(store, owner);
  });
}

function save(store: Store, owner: ProgressOwner): void {
  store.run(
    'INSERT INTO progress VALUES (?, ?) ON CONFLICT DO UPDATE SET progress = excluded.progress',
    owner.number,
    JSON.stringify(owner.progress),
  );
}
