// Owns the few types of the web platform that the SDK uses: the whole library of the DOM would reach every file of the repository.

/** https://html.spec.whatwg.org/#window, as far as it is used. What old or strict browsers lack is optional. */
export interface Browser {
  readonly indexedDB?: DatabaseFactory;
  readonly document?: { readonly visibilityState: 'visible' | 'hidden' } & Listens;
  readonly navigator: {
    readonly locks?: Locks;
    sendBeacon?(url: string, body: Blob): boolean;
  };
  addEventListener: Listens['addEventListener'];
  removeEventListener: Listens['removeEventListener'];
}

interface Listens {
  addEventListener(type: string, listener: (event: { readonly persisted?: boolean }) => void): void;
  removeEventListener(type: string, listener: (event: { readonly persisted?: boolean }) => void): void;
}

/** https://w3c.github.io/web-locks/ */
export interface Locks {
  /** `whileHeld` is given null where the lock is not available, and only `ifAvailable` was asked. */
  request(
    name: string,
    options: { readonly signal: AbortSignal } | { readonly ifAvailable: true },
    whileHeld: (lock: unknown) => Promise<void>,
  ): Promise<void>;
}

/** https://w3c.github.io/IndexedDB/ */
export interface DatabaseFactory {
  open(name: string, version: number): DatabaseRequest<Database>;
}

export interface DatabaseRequest<Result> {
  readonly result: Result;
  readonly error: unknown;
  addEventListener(type: 'success' | 'error' | 'upgradeneeded', listener: () => void): void;
}

export interface Database {
  createObjectStore(name: string, options: { readonly keyPath: string }): unknown;
  transaction(store: string, mode: 'readonly' | 'readwrite'): Transaction;
  close(): void;
}

export interface Transaction {
  objectStore(name: string): ObjectStore;
  commit?(): void;
  readonly error: unknown;
  addEventListener(type: 'complete' | 'abort', listener: () => void): void;
}

export interface ObjectStore {
  put(value: object): unknown;
  delete(key: string): unknown;
  getAll(): DatabaseRequest<unknown[]>;
}
