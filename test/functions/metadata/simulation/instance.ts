// Owns one process of metadata that can be killed at any of its effects, before it happens or before it is known.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createMetadata, type Metadata } from '#functions/metadata/metadata.ts';
import type { Executions } from '#shared/gcp/executions.ts';
import type { Jobs } from '#shared/gcp/jobs.ts';
import type { Published } from '#shared/gcp/publisher.ts';
import type { RouteReply } from '#shared/http/route.ts';
import { createRouter } from '#shared/http/router.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { problemOfThrown } from '#shared/platform/problem-details.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What an instance works on; it outlives all of them. */
export interface Surroundings {
  readonly time: VirtualTime;
  readonly store: ObjectStore;
  readonly executions: Executions;
  readonly jobs: Jobs;
  readonly publish: (messages: readonly Buffer[]) => void;
  readonly newId: () => string;
  readonly callCollect: (path: string, body: object) => Promise<Reply>;
  readonly log: Log;
  /** Called at each effect, before and after it; true kills the instance there. */
  readonly killAt: (point: { readonly effect: string; readonly when: 'before' | 'after' }) => boolean;
  readonly killed: () => void;
}

export interface Reply {
  readonly status: number;
  readonly json: unknown;
}

export class Instance {
  readonly metadata: Metadata;
  readonly #around: Surroundings;
  readonly #router;
  #alive = true;
  #die: () => void = () => undefined;
  readonly #death = new Promise<'dead'>((resolve) => {
    this.#die = () => resolve('dead');
  });

  constructor(around: Surroundings) {
    this.#around = around;
    const { time, log, newId } = around;
    this.metadata = createMetadata({
      place: { projectId: 'p', region: 'r' },
      store: this.#store(),
      publisher: {
        publish: (_topic, messages) =>
          this.#effect('publish', async (): Promise<Published> => {
            around.publish(messages);
            return 'acknowledged';
          }),
        close: async () => undefined,
      },
      executions: {
        start: (workflow, argument) =>
          this.#effect(`start ${workflow}`, () => around.executions.start(workflow, argument)),
        state: (name) => this.#look(() => around.executions.state(name)),
      },
      jobs: {
        state: (id) => this.#look(() => around.jobs.state(id)),
        rows: (sql, parameters) => this.#look(() => around.jobs.rows(sql, parameters)),
      },
      identify: async () => undefined,
      clock: time,
      startTimer: (delayMs, ring) => time.start(delayMs, () => (this.#alive ? ring() : undefined)),
      newId,
      randomBytes,
      callCollect: (path, body) => this.#look(() => around.callCollect(path, body)),
      log,
      assets: new Map(),
    });
    this.#router = createRouter(this.metadata.routes);
  }

  get alive(): boolean {
    return this.#alive;
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#die();
    this.#around.killed();
  }

  /** Answers a request; `dead` when the instance dies before it has. */
  async call(method: string, path: string, body?: unknown): Promise<Reply | 'dead'> {
    if (!this.#alive) return 'dead';
    return Promise.race([this.#answer(method, path, body), this.#death]);
  }

  async #answer(method: string, path: string, body: unknown): Promise<Reply> {
    try {
      const url = new URL(path, 'http://metadata');
      const found = this.#router(method, url.pathname);
      if (found.kind !== 'found') return { status: 404, json: { kind: found.kind } };
      const parsed: unknown = found.route.body === undefined ? undefined : found.route.body.parse(body);
      const reply = await found.route.handle(
        {
          method,
          params: found.params,
          query: url.searchParams,
          headers: {},
          stream: {} as IncomingMessage,
          principal: undefined,
        },
        parsed,
      );
      return { status: reply.status ?? 200, json: reply.json ?? jsonOf(reply.body) };
    } catch (thrown) {
      const problem = problemOfThrown(thrown);
      if (problem.code === 'internal') throw thrown;
      return { status: problem.status, json: problem };
    }
  }

  #store(): ObjectStore {
    const { store } = this.#around;
    return {
      read: (name) => this.#look(() => store.read(name)),
      create: (name, body, labels) => this.#effect(`create ${name}`, () => store.create(name, body, labels)),
      replace: (name, generation, body, labels) =>
        this.#effect(`replace ${name}`, () => store.replace(name, generation, body, labels)),
      list: (prefix, options) => store.list(prefix, options),
      delete: (name, generation) => this.#effect(`delete ${name}`, () => store.delete(name, generation)),
    };
  }

  /** What changes the world: the instance may die just before, or just after without having heard. */
  async #effect<Result>(effect: string, work: () => Promise<Result>): Promise<Result> {
    this.#dieIf(effect, 'before');
    if (!this.#alive) return NEVER;
    const result = await this.#look(work);
    this.#dieIf(effect, 'after');
    return this.#alive ? result : NEVER;
  }

  #dieIf(effect: string, when: 'before' | 'after'): void {
    if (this.#alive && this.#around.killAt({ effect, when })) this.kill();
  }

  async #look<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#alive) return NEVER;
    this.#around.time.touch();
    const result = await work();
    return this.#alive ? result : NEVER;
  }
}

/** What a reply says that was written beforehand. */
function jsonOf(body: RouteReply['body']): unknown {
  return body instanceof Uint8Array ? JSON.parse(Buffer.from(body).toString()) : undefined;
}

/** A dead process hears of nothing any more. */
const NEVER = new Promise<never>(() => undefined);
