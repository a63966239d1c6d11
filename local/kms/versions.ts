/** Versions of keys: create, get, list, enable and disable, schedule for destruction, restore. */
import { type GrpcMethod, unary } from '../host/service.ts';
import type { Store } from '../primitives/store.ts';
import { requireKey, requireVersion, toVersion, type VersionRow } from './key-store.ts';
import type { Lifecycle } from './lifecycle.ts';
import { listPage, type ListRequest } from './listing.ts';
import { checkedName, parseVersionName, versionName, type VersionName } from './names.ts';
import { addVersion, type VersionParts } from './new-version.ts';
import { invalid, stateForbids } from './refusals.ts';

export interface VersionMethodParts extends VersionParts {
  readonly lifecycle: Lifecycle;
}

interface CreateVersionRequest {
  readonly parent: string;
  readonly cryptoKeyVersion: { readonly state: string } | null;
}

interface UpdateVersionRequest {
  readonly cryptoKeyVersion: { readonly name: string; readonly state: string } | null;
  readonly updateMask: { readonly paths: readonly string[] } | null;
}

interface NameRequest {
  readonly name: string;
}

export function versionMethods(parts: VersionMethodParts): Record<string, GrpcMethod> {
  const { store } = parts;
  return {
    CreateCryptoKeyVersion: unary((request: CreateVersionRequest) => toVersion(createVersion(parts, request))),

    GetCryptoKeyVersion: unary(({ name }: NameRequest) => toVersion(requireVersion(store, parseVersionName(name)))),

    ListCryptoKeyVersions: unary((request: ListRequest) => listVersions(store, request)),

    UpdateCryptoKeyVersion: unary((request: UpdateVersionRequest) => {
      const version = updateState(store, request);
      return toVersion(requireVersion(store, version));
    }),

    DestroyCryptoKeyVersion: unary(({ name }: NameRequest) => {
      const version = scheduleDestruction(parts, parseVersionName(name));
      return toVersion(requireVersion(store, version));
    }),

    RestoreCryptoKeyVersion: unary(({ name }: NameRequest) => {
      const version = parseVersionName(name);
      const { state } = requireVersion(store, version);
      if (state !== 'DESTROY_SCHEDULED') throw stateForbids(name, state);
      setState(store, version, { state: 'DISABLED', destroyMs: null });
      parts.lifecycle.changed();
      return toVersion(requireVersion(store, version));
    }),
  };
}

function createVersion(parts: VersionMethodParts, request: CreateVersionRequest): VersionRow {
  const state = request.cryptoKeyVersion?.state ?? 'CRYPTO_KEY_VERSION_STATE_UNSPECIFIED';
  const wanted = state === 'CRYPTO_KEY_VERSION_STATE_UNSPECIFIED' ? 'ENABLED' : switchable(state);
  const name = checkedName('crypto key', request.parent);
  const row = parts.store.transaction(() => addVersion(parts, requireKey(parts.store, name), wanted));
  if (row.state === 'PENDING_GENERATION') parts.lifecycle.generate(row);
  return row;
}

function listVersions(store: Store, request: ListRequest): object {
  const key = checkedName('crypto key', request.parent);
  requireKey(store, key);
  const page = listPage(request, {
    find: (after, limit) =>
      store.all<VersionRow>(
        'SELECT * FROM versions WHERE key = ? AND number > ? ORDER BY number LIMIT ?',
        key,
        Number(after),
        limit,
      ),
    keyOf: (row) => String(row.number),
    count: () => store.get('SELECT count(*) AS count FROM versions WHERE key = ?', key),
  });
  return {
    cryptoKeyVersions: page.items.map(toVersion),
    nextPageToken: page.nextPageToken,
    totalSize: page.totalSize,
  };
}

function updateState(store: Store, request: UpdateVersionRequest): VersionName {
  const input = request.cryptoKeyVersion;
  const paths = request.updateMask?.paths ?? [];
  if (input === null || paths.length === 0) throw invalid('update_mask must name the fields to update.');
  for (const path of paths) if (path !== 'state') throw invalid(`Field ${path} cannot be updated.`);
  const wanted = switchable(input.state);
  const version = parseVersionName(input.name);
  const { state } = requireVersion(store, version);
  if (state !== 'ENABLED' && state !== 'DISABLED') throw stateForbids(input.name, state);
  setState(store, version, { state: wanted, destroyMs: null });
  return version;
}

function scheduleDestruction({ store, clock, lifecycle }: VersionMethodParts, version: VersionName): VersionName {
  const { state } = requireVersion(store, version);
  if (state !== 'ENABLED' && state !== 'DISABLED') throw stateForbids(versionName(version), state);
  const delayMs = requireKey(store, version.key).destroy_scheduled_ms;
  setState(store, version, { state: 'DESTROY_SCHEDULED', destroyMs: clock.now() + delayMs });
  lifecycle.changed();
  return version;
}

function setState(
  store: Store,
  version: VersionName,
  to: { readonly state: VersionRow['state']; readonly destroyMs: number | null },
): void {
  store.run(
    'UPDATE versions SET state = ?, destroy_ms = ? WHERE key = ? AND number = ?',
    to.state,
    to.destroyMs,
    version.key,
    version.number,
  );
}

/** The two states that a client may set. */
function switchable(state: string): 'ENABLED' | 'DISABLED' {
  if (state === 'ENABLED' || state === 'DISABLED') return state;
  throw invalid(`crypto_key_version.state can be set to ENABLED or DISABLED, not to ${state}.`);
}
