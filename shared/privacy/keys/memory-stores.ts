// Owns the stores of keys in memory: the same interfaces and the same conditions as the cloud's, for tests and measurements.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { openEpoch } from './epoch-keys.ts';
import type {
  EpochStore,
  KeyringScan,
  KeyringStore,
  KeyVersions,
  KeyVersionState,
  KeyWrapper,
  RevocationFeed,
  Revocation,
  Stored,
  Unwrapped,
  Written,
} from './key-stores.ts';
import type { OpeningStores } from './keys-at-work.ts';
import type { PepperStore } from './pepper.ts';

/** Objects by name with conditional writes; revisions count up over all of them, as Cloud Storage's generations do. */
class Objects {
  /** As text, a character for each byte: a million Buffers of their own cost more than everything that is done with them. */
  readonly #objects = new Map<string, { readonly text: string; readonly revision: string }>();
  #sorted: string[] | undefined;
  #revision = 0;

  read(name: string): Stored | undefined {
    const held = this.#objects.get(name);
    return held === undefined ? undefined : { bytes: Buffer.from(held.text, 'latin1'), revision: held.revision };
  }

  /** Writes when the object stands at `revision`, or does not exist when that is undefined. */
  write(name: string, bytes: Buffer, revision: string | undefined): Written {
    if (this.#objects.get(name)?.revision !== revision) return { kind: 'conflict' };
    this.#revision += 1;
    const written = String(this.#revision);
    this.#objects.set(name, { text: bytes.toString('latin1'), revision: written });
    return { kind: 'written', revision: written };
  }

  delete(name: string): void {
    this.#objects.delete(name);
    this.#sorted = undefined;
  }

  list(): readonly Stored[] {
    return [...this.#objects.values()].map(({ text, revision }) => ({ bytes: Buffer.from(text, 'latin1'), revision }));
  }

  /** Names behind one, in order; sorted once for as long as no name comes or goes. */
  namesAfter(after: string, count: number): readonly string[] {
    if (this.#sorted?.length !== this.#objects.size) this.#sorted = [...this.#objects.keys()].sort();
    const sorted = this.#sorted;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? '') <= after) low = middle + 1;
      else high = middle;
    }
    return sorted.slice(low, low + count);
  }
}

/** Keyrings and index in memory, with a look at what is there. */
export interface MemoryKeyringStore extends KeyringStore, KeyringScan {
  /** Every `<purpose>|<token>` of the index. */
  indexed(): readonly string[];
}

/** Names that a scan takes at once, as a page of Cloud Storage has them. */
const PAGE = 1000;

/** An empty store of keyrings. */
function memoryKeyringStore(): MemoryKeyringStore {
  const keyrings = new Objects();
  const index = new Map<string, string>();
  return {
    read: async (lookupId) => keyrings.read(lookupId),
    create: async (lookupId, bytes) => keyrings.write(lookupId, bytes, undefined),
    replace: async (lookupId, bytes, revision) => keyrings.write(lookupId, bytes, revision),
    readIndex: async (purpose, token) => index.get(`${purpose}|${token}`),
    putIndex: async (purpose, token, lookupId) => {
      const held = index.get(`${purpose}|${token}`);
      if (held !== undefined && held !== lookupId) return 'taken';
      index.set(`${purpose}|${token}`, lookupId);
      return 'written';
    },
    deleteIndex: async (purpose, token) => void index.delete(`${purpose}|${token}`),
    indexed: () => [...index.keys()],
    async *names(after) {
      // Sorted anew for each page only: a million names are too many to sort for each of them.
      for (let last = after; ;) {
        const page = keyrings.namesAfter(last, PAGE);
        yield* page;
        const end = page.at(-1);
        if (end === undefined) return;
        last = end;
      }
    },
  };
}

/** An empty store of epochs. */
function memoryEpochStore(): EpochStore {
  const epochs = new Objects();
  return {
    list: async () => epochs.list(),
    create: async (id, bytes) => epochs.write(id, bytes, undefined),
    replace: async (id, bytes, revision) => epochs.write(id, bytes, revision),
  };
}

/** A place for the pepper. */
export function memoryPepperStore(): PepperStore {
  const objects = new Objects();
  return {
    read: async () => objects.read('pepper'),
    create: async (bytes) => objects.write('pepper', bytes, undefined),
  };
}

/** An empty revocation feed. */
function memoryRevocationFeed(): RevocationFeed {
  const entries: Revocation[] = [];
  return {
    append: async (revocation) => void entries.push(revocation),
    read: async (sinceMs) => entries.filter(({ atMs }) => atMs > sinceMs),
  };
}

/** A key management service in memory, which counts its calls and can destroy a version. */
export interface MemoryKeyWrapper extends KeyWrapper, KeyVersions {
  readonly calls: { wrap: number; unwrap: number };
  destroy(version: string): void;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** An empty key management service: AES-256-GCM under a random key for each version, without associated data. */
export function memoryKeyWrapper(): MemoryKeyWrapper {
  const versions = new Map<string, { key: Buffer; state: KeyVersionState }>();
  const calls = { wrap: 0, unwrap: 0 };
  const versionOf = (name: string): { key: Buffer; state: KeyVersionState } => {
    const version = versions.get(name);
    if (version === undefined) throw new Error(`there is no key version ${name}`);
    return version;
  };
  const usable = (name: string): Buffer => {
    const { key, state } = versionOf(name);
    if (state !== 'enabled') throw new Error(`key version ${name} is ${state}`);
    return key;
  };
  const become = async (name: string, state: KeyVersionState): Promise<void> => {
    const version = versionOf(name);
    if (version.state === 'destroyed') throw new Error(`key version ${name} is destroyed`);
    version.state = state;
  };
  return {
    calls,
    createVersion: async () => {
      const name = `memory/cryptoKeys/subject-kek/cryptoKeyVersions/${versions.size + 1}`;
      versions.set(name, { key: randomBytes(32), state: 'enabled' });
      return name;
    },
    wrap: async (version, plaintext) => {
      calls.wrap += 1;
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', usable(version), iv);
      return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap: async (version, wrapped) => {
      calls.unwrap += 1;
      return versionOf(version).state === 'destroyed' ? { kind: 'destroyed' } : decrypt(usable(version), wrapped);
    },
    state: async (version) => versionOf(version).state,
    enable: (version) => become(version, 'enabled'),
    disable: (version) => become(version, 'disabled'),
    scheduleDestruction: (version) => become(version, 'scheduled'),
    destroy(version) {
      const found = versionOf(version);
      found.key.fill(0);
      found.state = 'destroyed';
    },
  };
}

function decrypt(key: Buffer, wrapped: Buffer): Unwrapped {
  const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, IV_BYTES));
  decipher.setAuthTag(wrapped.subarray(-TAG_BYTES));
  try {
    const plaintext = Buffer.concat([decipher.update(wrapped.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    return { kind: 'unwrapped', plaintext };
  } catch {
    // A tag that does not match is an answer of the service, not a failure of the call.
    return { kind: 'corrupt' };
  }
}

/** Everything that keys are opened from, in memory. */
export interface MemoryOpeningStores extends OpeningStores {
  readonly keyrings: MemoryKeyringStore;
  readonly wrapper: MemoryKeyWrapper;
}

/** Stores with one epoch open, and nothing else in them. */
export async function memoryOpeningStores(clock: Clock): Promise<MemoryOpeningStores> {
  const [epochs, wrapper] = [memoryEpochStore(), memoryKeyWrapper()];
  await openEpoch({ store: epochs, wrapper, clock });
  return {
    keyrings: memoryKeyringStore(),
    epochs,
    pepper: memoryPepperStore(),
    pepperVersion: await wrapper.createVersion(),
    feed: memoryRevocationFeed(),
    wrapper,
  };
}
