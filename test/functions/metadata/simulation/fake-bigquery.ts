// Owns a warehouse that knows of rows only which event they are: enough to see that each is in the right partition, once.
import type { Catalog } from '#shared/catalog/catalog.ts';
import { endpointsOf } from '#shared/catalog/catalog.ts';
import { flatName } from '#shared/catalog/names.ts';
import { addDuration, durationOf, subtractDuration } from '#shared/platform/duration.ts';
import type { CountRow, Jobs, JobState } from '#shared/gcp/jobs.ts';
import { rangesOfNumbers } from '#shared/events/sequence-ranges.ts';
import { inputNeed } from '#shared/pipelines/input-window.ts';
import { boundsOf, type PartitionKey, parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface RawRow {
  readonly id: string;
  readonly boot: string;
  readonly sequence: number;
  readonly receivedMs: number;
  readonly eventMs: number;
  readonly importId?: string | undefined;
  /** From when on it is in the raw table. */
  readonly landsMs: number;
}

interface Job {
  readonly body: JobRequest;
  state: JobState;
  row?: readonly (string | null)[];
}

interface JobRequest {
  readonly jobReference: { readonly jobId: string };
  readonly configuration: {
    readonly labels: { readonly endpoint: string; readonly partition: string };
    readonly query?: {
      readonly query: string;
      readonly queryParameters: readonly {
        readonly name: string;
        readonly parameterValue: { readonly value: string };
      }[];
      readonly destinationTable?: { readonly tableId: string };
    };
    readonly copy?: { readonly sourceTable: { readonly tableId: string } };
  };
}

const JOB_MS = 40;

export class FakeBigQuery implements Jobs {
  readonly raw: RawRow[] = [];
  /** `endpoint key` -> the events in it. */
  readonly tables = new Map<string, readonly string[]>();
  readonly staging = new Map<string, readonly string[]>();
  readonly jobs = new Map<string, Job>();
  /** How often each partition was written. */
  readonly writes = new Map<string, number>();
  /** Makes a job fail with this reason; asked once for each job when it ends. */
  fault: (jobId: string) => string | undefined = () => undefined;
  readonly #catalog: () => Catalog;
  readonly #time: VirtualTime;

  constructor(catalog: () => Catalog, time: VirtualTime) {
    this.#catalog = catalog;
    this.#time = time;
  }

  /** `POST jobs`; false when there is such a job. */
  insert(body: JobRequest): boolean {
    const { jobId } = body.jobReference;
    if (this.jobs.has(jobId)) return false;
    const job: Job = { body, state: { kind: 'under-way' } };
    this.jobs.set(jobId, job);
    this.#time.start(JOB_MS, () => this.#run(jobId, job));
    return true;
  }

  async state(jobId: string): Promise<JobState> {
    this.#time.touch();
    return this.jobs.get(jobId)?.state ?? { kind: 'missing' };
  }

  async rows(sql: string, parameters: Readonly<Record<string, number | string>>): Promise<readonly CountRow[]> {
    this.#time.touch();
    const { since = 0, until = Infinity, import_id: importId } = parameters;
    const landed = this.#rawOf(sql).filter(
      (row) =>
        row.receivedMs >= Number(since) &&
        row.receivedMs < Number(until) &&
        (importId === undefined || row.importId === importId),
    );
    return [...Map.groupBy(landed, ({ boot }) => boot)].flatMap(([boot, rows]) =>
      rangesOfNumbers(rows.map(({ sequence }) => sequence)).map(([first, last]) => ({
        boot,
        first_sequence: String(first),
        last_sequence: String(last),
      })),
    );
  }

  #run(jobId: string, job: Job): void {
    this.#time.touch();
    const reason = this.fault(jobId);
    if (reason !== undefined) {
      job.state = { kind: 'failed', reason };
      return;
    }
    const { query, copy, labels } = job.body.configuration;
    const [endpoint, key] = [this.#endpointOf(labels.endpoint), keyOf(labels.partition)];
    if (copy !== undefined) {
      const name = `${endpoint.id} ${key}`;
      this.tables.set(name, this.staging.get(copy.sourceTable.tableId.replace(/\$.*/, '')) ?? []);
      this.writes.set(name, (this.writes.get(name) ?? 0) + 1);
    } else if (query?.destinationTable !== undefined) {
      this.staging.set(query.destinationTable.tableId, this.#select(endpoint.id, key, query.query));
    } else {
      job.row = this.#audit(endpoint.id, key, query?.query ?? '');
    }
    job.state = { kind: 'done' };
  }

  #select(id: string, key: PartitionKey, sql: string): readonly string[] {
    const endpoint = endpointsOf(this.#catalog()).find((other) => other.id === id);
    if (endpoint?.kind !== 'sql') return this.#close(id, key, sql);
    return endpoint.inputs.flatMap((input) => {
      const grain = this.#catalog().endpoints[input.endpoint]?.grain ?? 'day';
      const need = inputNeed(input.window, key, grain);
      const keys = need.kind === 'keys' ? [...need.required, ...need.later] : [];
      return keys.flatMap((inputKey) => this.tables.get(`${input.endpoint} ${inputKey}`) ?? []);
    });
  }

  /** Closing as the contract says it, in other words than the product's. */
  #close(id: string, key: PartitionKey, sql: string): readonly string[] {
    const { startMs, endMs } = boundsOf(key);
    const dedupe = durationOf('P30D');
    const held = new Set<string>();
    for (const [name, ids] of this.tables) {
      const [table = '', other = ''] = name.split(' ');
      if (table !== id) continue;
      const bounds = boundsOf(keyOf(other));
      if (bounds.startMs < addDuration(endMs, dedupe) && bounds.endMs > subtractDuration(startMs, dedupe))
        for (const held_ of ids) held.add(held_);
    }
    const [first, imports] = [sql.includes('import_id IS NULL'), sql.includes('import_id IS NOT NULL')];
    const taken = this.#rawOf(sql).filter(({ importId, receivedMs, eventMs }) =>
      importId === undefined ? first && receivedMs < endMs : imports && eventMs >= startMs && eventMs < endMs,
    );
    const fresh = new Set(taken.map((row) => row.id).filter((row) => !held.has(row)));
    return [...(first ? [] : (this.tables.get(`${id} ${key}`) ?? [])), ...fresh].sort();
  }

  #audit(id: string, key: PartitionKey, sql: string): readonly string[] {
    const staged = this.staging.get(/staging\.(\w+)`/.exec(sql)?.[1] ?? '') ?? [];
    const before = new Set(this.tables.get(`${id} ${key}`) ?? []);
    const news = staged.filter((row) => !before.has(row)).length;
    const checks = sql.matchAll(/^ {2}(.+) AS check_\d+,?$/gm);
    const counts = [...checks].map(([, count = '']) =>
      /^COUNT\(\*\)$|^COUNTIF\(event_id NOT IN/.test(count) ? news : 0,
    );
    return [staged.length, 0, ...counts].map(String);
  }

  #rawOf(sql: string): readonly RawRow[] {
    const now = this.#time.now();
    // The simulation has one event type.
    return sql.includes('raw.') ? this.raw.filter(({ landsMs }) => landsMs <= now) : [];
  }

  #endpointOf(flat: string) {
    const found = endpointsOf(this.#catalog()).find(({ id }) => flatName(id) === flat);
    if (found === undefined) throw new Error(`no endpoint ${flat}`);
    return found;
  }
}

function keyOf(text: string): PartitionKey {
  const key = parsePartitionKey(text.toUpperCase().replace('ALL', 'all'));
  if (key === undefined) throw new Error(`no key ${text}`);
  return key;
}
