/** Key rings: create, get, list. Like Google's, they cannot be deleted. */
import { type GrpcMethod, unary } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import type { Store } from '../primitives/store.ts';
import { type KeyRingRow, requireKeyRing, toKeyRing } from './key-store.ts';
import { listPage, type ListRequest } from './listing.ts';
import { checkedName, childName } from './names.ts';
import { alreadyExists } from './refusals.ts';

interface CreateKeyRingRequest {
  readonly parent: string;
  readonly keyRingId: string;
}

export function keyRingMethods(store: Store, clock: CloudClock): Record<string, GrpcMethod> {
  return {
    CreateKeyRing: unary((request: CreateKeyRingRequest) => {
      const parent = checkedName('location', request.parent);
      const row = { name: childName(parent, 'keyRings', request.keyRingId), create_ms: clock.now() };
      const inserted = store.run(
        'INSERT INTO key_rings VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        row.name,
        parent,
        row.create_ms,
      );
      if (inserted === 0) throw alreadyExists('KeyRing', row.name);
      return toKeyRing(row);
    }),

    GetKeyRing: unary(({ name }: { readonly name: string }) =>
      toKeyRing(requireKeyRing(store, checkedName('key ring', name))),
    ),

    ListKeyRings: unary((request: ListRequest) => {
      const parent = checkedName('location', request.parent);
      const page = listPage(request, {
        find: (after, limit) =>
          store.all<KeyRingRow>(
            'SELECT * FROM key_rings WHERE parent = ? AND name > ? ORDER BY name LIMIT ?',
            parent,
            after,
            limit,
          ),
        keyOf: (row) => row.name,
        count: () => store.get('SELECT count(*) AS count FROM key_rings WHERE parent = ?', parent),
      });
      return { keyRings: page.items.map(toKeyRing), nextPageToken: page.nextPageToken, totalSize: page.totalSize };
    }),
  };
}
