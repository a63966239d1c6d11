// Owns a store of objects in memory with the semantics of Cloud Storage: preconditions, generations that only grow, listing in
// order of name; what a page holds is what is there when the page is asked for.
import { type Clock, systemClock } from './clock.ts';
import type { BodyReader, Labels, ListedObject, ListOptions, ObjectStore, StoredObject } from './object-store.ts';

/** The store, with a look at what is in it. */
export interface MemoryObjectStore extends ObjectStore, BodyReader {
  /** Names of all objects, sorted by their UTF-8 bytes as Cloud Storage does. */
  names(): readonly string[];
}

const PAGE = 1000;

/** What is stored, and when it was. */
interface Kept extends StoredObject {
  readonly writtenAtMs: number;
}

/** An empty bucket. */
export function memoryObjectStore(clock: Clock = systemClock): MemoryObjectStore {
  const objects = new Map<string, Kept>();
  let generation = 0;

  const put = (name: string, body: Buffer | string, labels: Labels): string => {
    generation += 1;
    const given = String(generation);
    objects.set(name, { generation: given, body: ownCopy(body), labels: { ...labels }, writtenAtMs: clock.now() });
    return given;
  };
  const names = (): readonly string[] => [...objects.keys()].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));

  const read = async (name: string): Promise<StoredObject | undefined> => {
    const found = objects.get(name);
    if (found === undefined) return undefined;
    return { generation: found.generation, body: Buffer.from(found.body), labels: found.labels };
  };

  return {
    names,
    read,
    readBody: read,
    create: async (name, body, labels = {}) =>
      objects.has(name) ? { kind: 'exists' } : { kind: 'created', generation: put(name, body, labels) },
    replace: async (name, expected, body, labels = {}) =>
      objects.get(name)?.generation === expected
        ? { kind: 'replaced', generation: put(name, body, labels) }
        : { kind: 'conflict' },
    list: (prefix, options) => list(prefix, options, names, objects),
    delete: async (name, expected) => {
      const found = objects.get(name);
      if (found === undefined) return 'absent';
      if (expected !== undefined && found.generation !== expected) return 'conflict';
      objects.delete(name);
      return 'deleted';
    },
  };
}

async function* list(
  prefix: string,
  { from = '', before }: ListOptions = {},
  names: () => readonly string[],
  objects: ReadonlyMap<string, Kept>,
): AsyncGenerator<ListedObject> {
  let after: string | undefined;
  for (;;) {
    const page = names()
      .filter((name) => name.startsWith(prefix) && name >= from && (before === undefined || name < before))
      .filter((name) => after === undefined || name > after)
      .slice(0, PAGE)
      .flatMap((name) => {
        const found = objects.get(name);
        return found === undefined ? [] : [{ name, found }];
      });
    for (const { name, found } of page) {
      const { generation, labels, body, writtenAtMs } = found;
      yield { name, generation, labels, bytes: body.length, writtenAtMs };
    }
    after = page.at(-1)?.name;
    if (page.length < PAGE) return;
  }
}

/** In memory of its own: a small one out of Node's pool would keep all of the pool's block for as long as it is stored. */
function ownCopy(body: Buffer | string): Buffer {
  const copy = Buffer.allocUnsafeSlow(Buffer.byteLength(body));
  if (typeof body === 'string') copy.write(body);
  else body.copy(copy);
  return copy;
}

function bytes(name: string): Buffer {
  return Buffer.from(name, 'utf8');
}
