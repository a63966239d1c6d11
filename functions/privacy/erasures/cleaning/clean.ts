// Owns cleaning what was derived from opened values: endpoint after endpoint in the order in which they are made of each other, each after
// every run that may have read what is cleaned has ended, so that nothing comes back.
import type { Aead } from '#lib/tink/aead.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { sha256Hex } from '#shared/platform/digest.ts';
import { parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { CleanedEndpoint, ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { isCleaned, type ScopeItem } from '#shared/privacy/erasure/scope-plan.ts';
import { levelsOf } from '#shared/privacy/erasure/touched-partitions.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { readPartitions } from '../pipelines.ts';
import { deleteRowsOf } from '../row-cleaning.ts';
import { tokenTable } from '../row-statements.ts';
import { endRuns, isUnderWay } from './end-runs.ts';
import { type PlannedPartition, type Progress, readProgress, writeProgress } from './progress.ts';
import { planRecompute, recompute } from './recompute.ts';

/** What cleaning came to: all endpoints, or word that something has to end first. */
export type Cleaned =
  | { readonly kind: 'cleaned'; readonly endpoints: readonly CleanedEndpoint[] }
  | { readonly kind: 'running' };

/** An erasure whose rows are cleaned. */
interface Cleaning {
  readonly deps: ErasureDeps;
  readonly catalog: Catalog;
  readonly id: string;
  readonly items: ReadonlyMap<string, ScopeItem>;
}

/** What follows on a progress, and whether to come back for it later. */
interface Onward {
  readonly next: Progress;
  readonly later?: boolean;
}

const RUNNING = { kind: 'running' } as const;

/** Cleans the planned endpoints. Called again, it goes on where it was; of two at once, one comes second and is told to wait. */
export async function clean(
  deps: ErasureDeps,
  { id, steps }: ErasureRecord,
  aead: Aead,
  tokens: readonly string[],
): Promise<Cleaned> {
  const items = new Map((steps.scoped?.plan ?? []).filter(isCleaned).map((item) => [item.endpoint, item]));
  if (items.size === 0) return { kind: 'cleaned', endpoints: [] };
  if (tokens.length === 0) return { kind: 'cleaned', endpoints: [...items.values()].map(nothingToClean) };
  await deps.warehouse.loadTokens(tokenTable(id), tokens);
  const cleaning: Cleaning = { deps, catalog: await deps.catalog(), id, items };
  const levels = levelsOf(cleaning.catalog, [...items.keys()]);
  let stored = await readProgress(deps.objects, id, aead);
  for (;;) {
    const { progress } = stored;
    const level = levels[progress.level];
    if (level === undefined) return { kind: 'cleaned', endpoints: progress.done };
    const { next, later = false } = await onward(cleaning, level, progress);
    const written = next === progress ? stored : await writeProgress(deps.objects, { id, aead }, stored, next);
    if (later || written === undefined) return RUNNING;
    stored = written;
  }
}

/** Without a token no row can be of the subject: it never had keys, or an erasure before this one has cleaned them. */
function nothingToClean({ endpoint, action }: ScopeItem): CleanedEndpoint {
  return action === 'recompute'
    ? { endpoint, action, partitions: 0, rows: 0, runs: [] }
    : { endpoint, action: 'row-delete', rows: 0, runs: [] };
}

async function onward(cleaning: Cleaning, level: readonly string[], progress: Progress): Promise<Onward> {
  const { pipelines, objects, warehouse } = cleaning.deps;
  switch (progress.phase) {
    case 'end-runs': {
      const ids = level.flatMap((id) => parseId('endpoint', id) ?? []);
      const waiting = await endRuns(pipelines, ids);
      const ended: Progress = { ...progress, phase: 'wait', pass: progress.pass + 1, waiting };
      const isOver = waiting.commits.length + waiting.jobs.length === 0;
      return { next: isOver ? await plan(cleaning, level, ended) : ended };
    }
    case 'wait':
      if (await isUnderWay({ objects, warehouse }, progress.waiting)) return { next: progress, later: true };
      return { next: await plan(cleaning, level, progress) };
    case 'clean':
      return cleanLevel(cleaning, level, progress);
  }
}

/** What there is of a level now that its older runs have ended: what has to be computed again, and what may be read while it is cleaned. */
async function plan(cleaning: Cleaning, level: readonly string[], progress: Progress): Promise<Progress> {
  const { deps, catalog, id, items } = cleaning;
  const partitions = { ...progress.partitions };
  const seen = { ...progress.seen };
  for (const endpoint of level) {
    if (items.get(endpoint)?.action === 'recompute')
      partitions[endpoint] ??= [...(await planRecompute(deps, catalog, id, pipelineOf(cleaning, endpoint)))];
    else if (readsItself(cleaning, endpoint)) seen[endpoint] = await generationsOf(cleaning, endpoint);
  }
  return { ...progress, phase: 'clean', waiting: { commits: [], jobs: [] }, partitions, seen };
}

/** Cleans the endpoints of a level beside each other. */
async function cleanLevel(cleaning: Cleaning, level: readonly string[], progress: Progress): Promise<Onward> {
  const cleaned = await Promise.all(level.map((endpoint) => cleanEndpoint(cleaning, endpoint, progress)));
  const planned = Object.fromEntries(
    cleaned.flatMap(({ planned: each }, i) => (each === undefined ? [] : [[level[i] ?? '', [...each]]])),
  );
  const next = { ...progress, partitions: { ...progress.partitions, ...planned } };
  const done = cleaned.flatMap((each) => each.done ?? []);
  if (done.length < level.length) return { next, later: true };
  for (const endpoint of level) {
    const before = progress.seen[endpoint];
    // A run that began in between may have read what was deleted then.
    if (before !== undefined && before !== (await generationsOf(cleaning, endpoint)))
      return { next: { ...next, phase: 'end-runs' } };
  }
  return {
    next: { ...next, level: progress.level + 1, phase: 'end-runs', pass: 0, done: [...progress.done, ...done] },
  };
}

async function cleanEndpoint(
  cleaning: Cleaning,
  endpoint: string,
  { pass, partitions }: Progress,
): Promise<{ readonly planned?: readonly PlannedPartition[]; readonly done?: CleanedEndpoint | undefined }> {
  const { deps, id, items } = cleaning;
  const item = items.get(endpoint);
  if (item?.action === 'recompute')
    return recompute(deps, id, pipelineOf(cleaning, endpoint), partitions[endpoint] ?? []);
  return { done: item === undefined ? undefined : await deleteRowsOf(deps.warehouse, id, item, pass) };
}

/** @throws PlatformError erasure_blocked when nothing makes the endpoint any more */
function pipelineOf({ catalog, deps, id: erasure }: Cleaning, id: string): SqlEndpoint {
  const endpoint = catalog.endpoints[id as keyof Catalog['endpoints']];
  if (endpoint?.kind === 'sql') return endpoint;
  deps.log.write('ERROR', 'an endpoint blocks an erasure', { code: 'erasure_blocked', erasure, endpoint: id });
  throw new PlatformError('erasure_blocked', {
    message: `${id} has to be computed again, and is not declared any more.`,
    hint: 'Declare it again, or have its table deleted.',
  });
}

function readsItself({ catalog }: Cleaning, id: string): boolean {
  const endpoint = catalog.endpoints[id as keyof Catalog['endpoints']];
  return endpoint?.kind === 'sql' && endpoint.inputs.some((input) => input.endpoint === id);
}

/** Tells whether anything of an endpoint was published, or is about to be. */
async function generationsOf({ deps }: Cleaning, id: string): Promise<string> {
  const endpoint = parseId('endpoint', id);
  const records = endpoint === undefined ? [] : await readPartitions(deps.objects, endpoint);
  return sha256Hex(records.map(({ key, generation, claim }) => `${key} ${generation} ${claim?.run ?? ''}`).join('\n'));
}
