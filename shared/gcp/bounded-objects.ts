// Owns giving up on a store that does not answer: a client's own time limits do not see every connection that has died.
import type { BodyReader, ObjectStore } from '../platform/object-store.ts';
import { PlatformError } from '../platform/platform-error.ts';

/**
 * A store whose calls, and whose listings for each object, reject as `cloud_unavailable` when nothing came for so long. What is shared
 * by many, such as one read of a feed, would keep all of them waiting for ever. A write that is given up may be done all the same.
 */
export function boundedObjects(store: ObjectStore & BodyReader, maxMs: number): ObjectStore & BodyReader {
  return {
    read: (name) => within(maxMs, store.read(name)),
    readBody: (name) => within(maxMs, store.readBody(name)),
    create: (name, body, labels) => within(maxMs, store.create(name, body, labels)),
    replace: (name, generation, body, labels) => within(maxMs, store.replace(name, generation, body, labels)),
    delete: (name, generation) => within(maxMs, store.delete(name, generation)),
    async *list(prefix, options) {
      const listing = store.list(prefix, options)[Symbol.asyncIterator]();
      for (;;) {
        const next = await within(maxMs, listing.next());
        if (next.done === true) return;
        yield next.value;
      }
    },
  };
}

function within<Answer>(ms: number, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const message = `The store did not answer within ${ms} ms.`;
    const timer = setTimeout(() => reject(new PlatformError('cloud_unavailable', { message })), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
