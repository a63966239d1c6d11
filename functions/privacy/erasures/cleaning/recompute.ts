// Owns computing again what opened values went into without a trace of whose they were: which partitions, and that they are published.
import type { Aead } from '#lib/tink/aead.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { stagingTableOf } from '#shared/pipelines/job-names.ts';
import { boundsOf, parsePartitionKey, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import type { PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { durationOf, longestMs } from '#shared/platform/duration.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { CleanedEndpoint } from '#shared/privacy/erasure/erasure-record.ts';
import { tokenColumns } from '#shared/privacy/erasure/scope-contents.ts';
import { madeOf, touchedPartitions } from '#shared/privacy/erasure/touched-partitions.ts';
import { scopeOf } from '../catalog-scope.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { readPartitions } from '../pipelines.ts';
import { keysSql, stagingOf, tokenTable } from '../row-statements.ts';
import { type PlannedPartition, readProgress } from './progress.ts';

/** What computing again came to: what is planned now, and the endpoint once all of it is published. */
export interface Recomputed {
  readonly planned: readonly PlannedPartition[];
  readonly done?: CleanedEndpoint;
}

/** Partitions that are asked for in one go; pools bound how many run. */
const ASKED_AT_ONCE = 8;

/** The partitions of an endpoint that may hold something of whom the tokens are of. They are looked up in the events, which stay. */
export async function planRecompute(
  { warehouse, objects, clock }: ErasureDeps,
  catalog: Catalog,
  erasure: string,
  endpoint: SqlEndpoint,
): Promise<readonly PlannedPartition[]> {
  const { chain, roots } = madeOf(catalog, endpoint.id);
  const columns = tokenColumns(scopeOf(catalog));
  const rooted = await mapAtOnce(roots, ASKED_AT_ONCE, async (id) => {
    const root = catalog.endpoints[id as keyof Catalog['endpoints']];
    const tokens = columns.get(id) ?? [];
    if (root?.partitionColumn === undefined || tokens.length === 0) return [id, new Set<PartitionKey>()] as const;
    const sql = keysSql({ ...root, partitionColumn: root.partitionColumn }, tokens, tokenTable(erasure));
    const keys = (await warehouse.texts(sql)).flatMap((text) => parsePartitionKey(text) ?? []);
    return [id, new Set(keys)] as const;
  });
  const made = await mapAtOnce(chain, 1, async (each) => ({
    endpoint: each,
    partitions: await readPartitions(objects, each.id),
  }));
  const touched = touchedPartitions(new Map(rooted), made).get(endpoint.id) ?? new Set<PartitionKey>();
  const own = made.at(-1)?.partitions ?? [];
  return own
    .filter(({ key }) => touched.has(key) && !isExpired(endpoint, key, clock.now()))
    .map(({ key, generation }) => ({ key, generation }));
}

/** Has what is planned computed again, as far as that goes now. @throws PlatformError erasure_blocked when a run of it fails for good */
export async function recompute(
  deps: ErasureDeps,
  erasure: string,
  endpoint: SqlEndpoint,
  planned: readonly PlannedPartition[],
): Promise<Recomputed> {
  const records = new Map((await readPartitions(deps.objects, endpoint.id)).map((record) => [record.key, record]));
  const plan = withFollowers(endpoint, planned, records).filter(
    ({ key }) => !isExpired(endpoint, key, deps.clock.now()),
  );
  const open = plan.filter((each) => !isComputed(endpoint, plan, each, records.get(each.key)));
  if (open.length === 0) {
    await dropStaged(deps, endpoint, [...records.values()]);
    return { planned: plan, done: cleanedBy(endpoint, plan, records) };
  }
  const ready = open.filter(({ key }) => !waitsForOwn(endpoint, open, records.get(key)));
  const failures = new Map(ready.flatMap((each) => failedForGood(each, records.get(each.key))));
  const [block] = [...failures].map(([key, code]) => blocked(deps, { erasure, endpoint, key, code }));
  // The others go on meanwhile.
  const goOn = ready.filter(({ key }) => !failures.has(key));
  const asked = await mapAtOnce(goOn, ASKED_AT_ONCE, (each) => ask(deps, endpoint, each, records.get(each.key)));
  if (block !== undefined) throw block;
  const runs = new Map(asked.flatMap((each) => (each === undefined ? [] : [[each.key, each]])));
  return { planned: plan.map((each) => runs.get(each.key) ?? each) };
}

/** Whether a partition has been published anew, of nothing that may hold something of the person. */
function isComputed(
  { id }: SqlEndpoint,
  plan: readonly PlannedPartition[],
  { generation }: PlannedPartition,
  record: PartitionRecord | undefined,
): boolean {
  return record !== undefined && record.generation > generation && !pinsOld(id, plan, record);
}

/** For each partition that an erasure had to have computed again: whether that is so. */
export async function computedPartitions(deps: ErasureDeps, id: string, aead: Aead): Promise<readonly boolean[]> {
  const { progress } = await readProgress(deps.objects, id, aead);
  const planned = Object.entries(progress.partitions).filter(([, plan]) => plan.length > 0);
  if (planned.length === 0) return [];
  const { endpoints } = await deps.catalog();
  const computed = await mapAtOnce(planned, ASKED_AT_ONCE, async ([name, plan]) => {
    const endpoint = endpoints[name as keyof Catalog['endpoints']];
    // What nothing declares any more cannot be shown to be computed.
    if (endpoint?.kind !== 'sql') return plan.map(() => false);
    const records = new Map((await readPartitions(deps.objects, endpoint.id)).map((record) => [record.key, record]));
    return plan.map((each) => isComputed(endpoint, plan, each, records.get(each.key)));
  });
  return computed.flat();
}

/** Whether a partition was made of a generation of its own endpoint that has to go. */
function pinsOld(id: string, plan: readonly PlannedPartition[], { inputs }: PartitionRecord): boolean {
  return inputs.some(
    (pin) => pin.endpoint === id && plan.some(({ key, generation }) => key === pin.key && pin.generation <= generation),
  );
}

/** The plan, and what was made of it meanwhile by runs that nobody here started: those that read their own earlier partitions. */
function withFollowers(
  { id }: SqlEndpoint,
  planned: readonly PlannedPartition[],
  records: ReadonlyMap<PartitionKey, PartitionRecord>,
): readonly PlannedPartition[] {
  const plan = [...planned];
  for (const record of records.values()) {
    const known = plan.findIndex(({ key }) => key === record.key);
    const stands = known < 0 || record.generation > (plan[known]?.generation ?? 0);
    if (record.generation === 0 || !stands || !pinsOld(id, plan, record)) continue;
    const entry = { key: record.key, generation: record.generation };
    if (known < 0) plan.push(entry);
    else plan[known] = entry;
  }
  return plan;
}

/** A partition that reads its own earlier ones is computed after them. */
function waitsForOwn(
  { id }: SqlEndpoint,
  open: readonly PlannedPartition[],
  record: PartitionRecord | undefined,
): boolean {
  return (record?.inputs ?? []).some((pin) => pin.endpoint === id && open.some(({ key }) => key === pin.key));
}

/** The partition and the code with which the run that was asked for has failed, unless it is tried again by itself. */
function failedForGood(
  { key, run }: PlannedPartition,
  record: PartitionRecord | undefined,
): readonly (readonly [PartitionKey, string])[] {
  if (record?.claim !== undefined || record?.failure === undefined) return [];
  const { failure } = record;
  const isOver = failure.retryAt === undefined && failure.class !== 'waiting';
  return isOver && failure.run === run ? [[key, failure.code]] : [];
}

interface Blocking {
  readonly erasure: string;
  readonly endpoint: SqlEndpoint;
  readonly key: PartitionKey;
  readonly code: string;
}

/** People have to mend it; whose endpoint it is, is told in the log, too. */
function blocked({ log }: ErasureDeps, { erasure, endpoint: { id, owner }, key, code }: Blocking): PlatformError {
  const about = { code: 'erasure_blocked', erasure, endpoint: id, owner, partition: key };
  log.write('ERROR', 'a partition that cannot be computed again blocks an erasure', about);
  return new PlatformError('erasure_blocked', {
    message: `${id} ${key} cannot be computed again: ${code}.`,
    hint: `Mend the pipeline, which is ${owner}'s, and run the partition; the erasure goes on by itself.`,
  });
}

/** Asks for one partition unless it is under way; the plan of it with its run when that was started. */
async function ask(
  { pipelines, log }: ErasureDeps,
  { id }: SqlEndpoint,
  planned: PlannedPartition,
  record: PartitionRecord | undefined,
): Promise<PlannedPartition | undefined> {
  const { key, generation } = planned;
  // Under way, or tried again by itself.
  if (record?.claim !== undefined || record?.failure?.retryAt !== undefined) return undefined;
  const answer = await pipelines.recompute({ endpoint: id, key });
  if (answer.state === 'missing' || answer.state === 'unknown') {
    log.write('WARNING', 'a partition cannot be computed again yet', {
      endpoint: id,
      partition: key,
      code: answer.state,
    });
  }
  return answer.run === undefined ? undefined : { key, generation, run: answer.run };
}

/** What older runs staged holds what they opened; of runs under way only those are left that began after all others had ended. */
async function dropStaged(
  { warehouse }: ErasureDeps,
  { id }: SqlEndpoint,
  records: readonly PartitionRecord[],
): Promise<void> {
  const { dataset, prefix } = stagingOf(id);
  const alive = new Set(
    records.flatMap(({ endpoint, key, claim }) =>
      claim === undefined ? [] : [stagingTableOf({ endpoint, key, run: claim.run }).table],
    ),
  );
  const staged = (await warehouse.tables(dataset, prefix)).filter((table) => !alive.has(table));
  await Promise.all(staged.map((table) => warehouse.dropTable(`${dataset}.${table}`)));
}

function cleanedBy(
  { id }: SqlEndpoint,
  plan: readonly PlannedPartition[],
  records: ReadonlyMap<PartitionKey, PartitionRecord>,
): CleanedEndpoint {
  const made = plan.flatMap(({ key }) => records.get(key) ?? []);
  return {
    endpoint: id,
    action: 'recompute',
    partitions: made.length,
    rows: made.reduce((sum, { rows }) => sum + rows, 0),
    runs: made.flatMap(({ run }) => run ?? []),
  };
}

/** The table has deleted it by itself. */
function isExpired({ retention }: SqlEndpoint, key: PartitionKey, nowMs: number): boolean {
  return boundsOf(key).endMs + longestMs(durationOf(retention)) < nowMs;
}
