// Owns the answer to who watches many endpoints at once: the newest partitions of each.
import type { NewestPartitions } from '#shared/metadata/api/partition-shape.ts';
import { knownKeys } from '#shared/pipelines/horizon.ts';
import { keyAt } from '#shared/pipelines/partition-key.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { momentOf } from '../driving/moment.ts';
import type { Parts } from '../parts.ts';
import { endpointIdOf } from './partition-of.ts';
import { showNewest } from './show-partitions.ts';

const DEFAULT_LAST = 48;
/** All that BigQuery lets a table have. https://cloud.google.com/bigquery/quotas#partitioned_tables */
const MAX_LAST = 10_000;
const MAX_ENDPOINTS = 100;
/** Of all endpoints asked for, so that an answer stays a few megabytes at most. */
const MAX_PARTITIONS = 20_000;
/** What other instances have written is looked for this often, however many people watch. */
const LOOK_EVERY_MS = 5000;

type Newest = (query: URLSearchParams) => Promise<NewestPartitions['endpoints']>;

/** Endpoints that the applied catalog does not have are left out: a page may be older than the catalog. */
export function newestPartitions(parts: Parts): Newest {
  const lookedAtMs = new Map<EndpointId, number>();

  const look = async (id: EndpointId, last: number): Promise<void> => {
    const nowMs = parts.time.now();
    if (nowMs - (lookedAtMs.get(id) ?? -Infinity) < LOOK_EVERY_MS) return;
    lookedAtMs.set(id, nowMs);
    const keys = knownKeys(momentOf(parts), id);
    const [first] = keys.slice(-Math.min(last, keys.length));
    const grain = parts.applied.require().catalog.endpoints[id]?.grain ?? 'all';
    await parts.partitions.refresh(id, first === undefined ? undefined : { first, last: keyAt(grain, nowMs) });
  };

  return async (query) => {
    const { ids, last } = readQuery(query);
    const { endpoints } = parts.applied.require().catalog;
    const declared = ids.filter((id) => endpoints[id] !== undefined);
    await Promise.all(declared.map((id) => look(id, last)));
    const moment = momentOf(parts);
    return declared.map((id) => ({ id, ...showNewest(moment, id, last) }));
  };
}

function readQuery(query: URLSearchParams): { readonly ids: readonly EndpointId[]; readonly last: number } {
  const ids = [...new Set((query.get('endpoints') ?? '').split(',').filter((text) => text !== ''))].map(endpointIdOf);
  const last = Number(query.get('last') ?? DEFAULT_LAST);
  if (ids.length === 0 || ids.length > MAX_ENDPOINTS)
    throw new PlatformError('invalid_argument', { message: `endpoints must name from 1 to ${MAX_ENDPOINTS} of them.` });
  if (!Number.isInteger(last) || last < 1 || last > MAX_LAST || last * ids.length > MAX_PARTITIONS) {
    throw new PlatformError('invalid_argument', {
      message: `last must be from 1 to ${MAX_LAST}, and ${MAX_PARTITIONS} over all endpoints at most.`,
    });
  }
  return { ids, last };
}
