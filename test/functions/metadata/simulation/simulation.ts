// Owns a whole platform in virtual time: metadata that can be killed, real workflows, a warehouse of ids, a bucket in memory.
import { Imports as CollectImports, type Receipted } from '#functions/collect/state/imports.ts';
import { type Catalog, bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { encodeReport, reportObject } from '#shared/events/collector-report.ts';
import { encodeImport, importObject } from '#shared/events/import-record.ts';
import { rangesOfNumbers } from '#shared/events/sequence-ranges.ts';
import type { HttpOutcome, HttpRequest } from '#local/workflows/language/effects.ts';
import { type BootId, type EventTypeId, type ImportId, parseId } from '#shared/platform/ids.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { keyAt } from '#shared/pipelines/partition-key.ts';
import { type MemoryObjectStore, memoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { FakeBigQuery } from './fake-bigquery.ts';
import { FakeWorkflows } from './fake-workflows.ts';
import { Instance, type Reply } from './instance.ts';
import { VirtualTime } from './virtual-time.ts';

export const MINUTE_MS = 60_000;
const RESTART_MS = 2000;
const BOOT = parseId('boot', 'boot-0001') as BootId;

export interface SimulationOptions {
  readonly catalog: Catalog;
  readonly nowMs: number;
  readonly firstAppliedMs?: number;
}

/** A fact as it was told. */
export interface ToldFact {
  readonly fact_id: string;
  readonly kind: string;
  readonly endpoint?: string;
  readonly partition_key?: string;
  readonly generation?: number;
  readonly body?: string;
}

export class Simulation {
  readonly time: VirtualTime;
  readonly store: MemoryObjectStore = memoryObjectStore();
  readonly bigQuery: FakeBigQuery;
  readonly workflows: FakeWorkflows;
  readonly facts: ToldFact[] = [];
  readonly logs: string[] = [];
  /** Effects of metadata in order, to choose one to die at. */
  readonly effects: string[] = [];
  /** Calls that workflows made, in order. */
  readonly calls: string[] = [];
  killAt: (count: number, when: 'before' | 'after', effect: string) => boolean = () => false;
  /** Makes an execution disappear at one of its calls. */
  loseAt: (count: number, url: string) => boolean = () => false;
  /** What collect answers to metadata. */
  collect: (path: string, body: object) => Promise<Reply> = async () => ({ status: 404, json: {} });
  instance: Instance;
  readonly #collectImports: CollectImports;
  readonly #catalog: Catalog;
  #ids = 0;
  #sequence = 0;

  constructor({ catalog, nowMs, firstAppliedMs = nowMs }: SimulationOptions) {
    this.#catalog = catalog;
    this.time = new VirtualTime(nowMs);
    this.#collectImports = new CollectImports({ boot: BOOT, store: this.store, clock: this.time });
    this.bigQuery = new FakeBigQuery(() => this.#catalog, this.time);
    this.workflows = new FakeWorkflows(this.time, (request, caller) => this.#serve(request, caller));
    const bundle = bundleOf(catalog);
    void this.store.create(bundleObject(bundle.digest), bundle.text);
    const pointer = { digest: bundle.digest, appliedAt: formatTimestamp(nowMs) };
    void this.store.create(CURRENT_CATALOG_OBJECT, encodeCurrentCatalog(pointer));
    const ids = Object.values(catalog.endpoints).filter(({ kind }) => kind === 'event');
    const first = Object.fromEntries(ids.map(({ id }) => [id, formatTimestamp(firstAppliedMs)]));
    void this.store.create('catalog/first-applied', JSON.stringify(first));
    this.instance = this.#start();
    this.time.start(msToNextMinute(nowMs), () => this.#tick());
  }

  /** One call of metadata by somebody, which must be answered. */
  async call(method: string, path: string, body?: unknown): Promise<Reply> {
    let answered: Reply | 'dead' | undefined;
    const asking = async (): Promise<void> => {
      answered = await this.instance.call(method, path, body);
    };
    void asking();
    await this.time.runUntil(this.time.now() + 10 * MINUTE_MS, () => answered !== undefined);
    if (answered === undefined || answered === 'dead') throw new Error(`${path} was not answered`);
    return answered;
  }

  /** Lets time pass until a condition holds; false when it does not within the time. */
  until(done: () => boolean, withinMs = 30 * MINUTE_MS): Promise<boolean> {
    return this.time.runUntil(this.time.now() + withinMs, done);
  }

  /** Events of an import that collect has published: in the raw table a little later, receipts written at once. */
  async import(
    id: string,
    type: string,
    events: Readonly<Record<string, string>>,
    state: 'open' | 'finishing' = 'finishing',
  ): Promise<Receipted> {
    const importId = parseId('import', id) as ImportId;
    const openedAt = formatTimestamp(this.time.now());
    const record = { id: importId, openedAt, writeKey: 'k' } as const;
    const created = await this.store.create(importObject(importId), encodeImport({ ...record, state: 'open' }));
    const rows = Object.entries(events).map(([event, time]) => this.#arrive(event, Date.parse(time), importId));
    const times = rows.map(({ eventMs }) => eventMs);
    const received = {
      ranges: rangesOfNumbers(rows.map(({ sequence }) => sequence)),
      firstMs: Math.min(...times),
      lastMs: Math.max(...times),
    };
    const receipted = await this.#collectImports.receipt(
      importId,
      new Map([[parseId('eventType', type) as EventTypeId, received]]),
    );
    const finishing = encodeImport({ ...record, state: 'finishing' });
    if (state === 'finishing' && created.kind === 'created')
      await this.store.replace(importObject(importId), created.generation, finishing);
    return receipted;
  }

  /** Live events that arrive now; they land after `landsAfterMs`. */
  async live(type: string, events: readonly string[], landsAfterMs = 500): Promise<void> {
    for (const event of events) this.#arrive(event, this.time.now(), undefined, landsAfterMs);
    const hour = keyAt('hour', this.time.now());
    const start = Math.floor(this.time.now() / 3_600_000) * 3_600_000;
    const mine = this.bigQuery.raw.filter(({ receivedMs }) => receivedMs >= start);
    const types = new Map([
      [parseId('eventType', type) as EventTypeId, rangesOfNumbers(mine.map((row) => row.sequence))],
    ]);
    const object = reportObject(hour, BOOT);
    const before = await this.store.read(object);
    const body = encodeReport({ hour, boot: BOOT, final: false, types });
    if (before === undefined) await this.store.create(object, body);
    else await this.store.replace(object, before.generation, body);
    if (before === undefined)
      this.time.start(start + 3_600_000 + 1000 - this.time.now(), () => void this.#lastWord(object));
  }

  async #lastWord(object: string): Promise<void> {
    const found = await this.store.read(object);
    if (found === undefined) return;
    const body = found.body.toString().replace('"final":false', '"final":true');
    await this.store.replace(object, found.generation, body);
    this.time.touch();
  }

  #arrive(id: string, eventMs: number, importId?: ImportId, landsAfterMs = 700) {
    const nowMs = this.time.now();
    const row = {
      id,
      boot: BOOT,
      sequence: (this.#sequence += 1),
      receivedMs: nowMs,
      eventMs,
      importId,
      landsMs: nowMs + landsAfterMs,
    };
    this.bigQuery.raw.push(row);
    return row;
  }

  #start(): Instance {
    const instance: Instance = new Instance({
      time: this.time,
      store: this.store,
      executions: this.workflows,
      jobs: this.bigQuery,
      publish: (messages) => this.facts.push(...messages.map((message) => JSON.parse(message.toString()) as ToldFact)),
      newId: () => `id${(this.#ids += 1)}`,
      callCollect: (path, body) => this.collect(path, body),
      log: { write: (severity, message, fields) => this.logs.push(`${severity} ${message} ${JSON.stringify(fields)}`) },
      killAt: ({ effect, when }) => {
        if (when === 'before') this.effects.push(effect);
        return this.killAt(this.effects.length, when, effect);
      },
      killed: () => {
        this.time.start(RESTART_MS, () => {
          this.instance = this.#start();
        });
      },
    });
    // An instance that was just made is not known yet where the effects of its opening would look for it.
    this.time.start(0, () => void instance.metadata.open().catch(() => undefined));
    return instance;
  }

  #tick(): void {
    void this.workflows.start('tick', {});
    this.time.start(MINUTE_MS, () => this.#tick());
  }

  async #serve(request: HttpRequest, caller: string): Promise<HttpOutcome> {
    const url = new URL(request.url);
    this.calls.push(`${request.method} ${url.pathname}`);
    if (this.loseAt(this.calls.length, request.url)) {
      this.workflows.lose(caller);
      return new Promise(() => undefined);
    }
    const body: unknown = request.body === undefined ? undefined : JSON.parse(Buffer.from(request.body).toString());
    if (url.hostname === 'metadata.test') {
      const reply = await this.instance.call(request.method, `${url.pathname}${url.search}`, body);
      if (reply === 'dead') return { kind: 'broken', message: 'the connection ended' };
      return respond(reply.status, reply.json);
    }
    if (url.hostname === 'workflowexecutions.googleapis.com') return this.#serveExecutions(request.method, url, body);
    return this.#serveBigQuery(request.method, url, body);
  }

  async #serveExecutions(method: string, url: URL, body: unknown): Promise<HttpOutcome> {
    const [, workflow] = /\/workflows\/([\w-]+)\/executions$/.exec(url.pathname) ?? [];
    if (method === 'POST' && workflow !== undefined) {
      const argument = (body as { argument: string }).argument;
      const name = await this.workflows.start(workflow, JSON.parse(argument) as object);
      return respond(200, this.workflows.resource(name));
    }
    const resource = this.workflows.resource(url.pathname.replace('/v1/', ''));
    return resource === undefined ? respond(404, {}) : respond(200, resource);
  }

  #serveBigQuery(method: string, url: URL, body: unknown): HttpOutcome {
    const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    if (method === 'DELETE') {
      return this.bigQuery.staging.delete(id) ? respond(200, {}) : respond(404, {});
    }
    if (method === 'POST') {
      const job = body as Parameters<FakeBigQuery['insert']>[0];
      if (!this.bigQuery.insert(job)) return respond(409, { error: { code: 409, errors: [{ reason: 'duplicate' }] } });
      return this.#job(job.jobReference.jobId);
    }
    if (url.pathname.includes('/queries/')) {
      const row = this.bigQuery.jobs.get(id)?.row ?? [];
      return respond(200, { jobComplete: true, rows: [{ f: row.map((v) => ({ v })) }] });
    }
    return this.#job(id);
  }

  #job(jobId: string): HttpOutcome {
    const job = this.bigQuery.jobs.get(jobId);
    if (job === undefined) return respond(404, { error: { code: 404, errors: [{ reason: 'notFound' }] } });
    const { state } = job;
    const ended = state.kind === 'done' || state.kind === 'failed';
    const status = {
      state: ended ? 'DONE' : 'RUNNING',
      ...(state.kind === 'failed' ? { errorResult: { reason: state.reason, message: 'somebody@example.com' } } : {}),
    };
    return respond(200, { jobReference: { projectId: 'p', jobId, location: 'r' }, status });
  }
}

function respond(status: number, json: unknown): HttpOutcome {
  const headers = { 'content-type': 'application/json' };
  return { kind: 'response', status, headers, body: new Uint8Array(Buffer.from(JSON.stringify(json ?? {}))) };
}

function msToNextMinute(nowMs: number): number {
  return MINUTE_MS - (nowMs % MINUTE_MS);
}
