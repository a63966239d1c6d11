/** The engine inside the worker: the open file with everything that operations share. */

import type { RunRequest, RunResult } from '../requests.ts';
import type { CallRemote } from '../remote/remote-call.ts';
import { RemoteDesk } from '../remote/remote-desk.ts';
import { dropExpired, SWEEP_EVERY_MS } from '../rows/expire.ts';
import type { EngineSettings } from '../settings.ts';
import type { EngineState } from '../state.ts';
import { runRequest } from '../statements/run-request.ts';
import { StopSignal } from '../statements/stop-signal.ts';
import { Checkpoints } from '../storage/checkpoints.ts';
import { Database } from '../storage/database.ts';
import { DefinitionStore } from '../storage/definition-store.ts';
import { Locks, Slots } from '../storage/locks.ts';
import { dropOrphans } from '../storage/physical.ts';
import { MemoryRoom } from '../storage/memory-room.ts';
import { ResultStore } from '../storage/result-store.ts';
import { RetiredTables } from '../storage/retired-tables.ts';
import { TableSizes } from '../storage/table-sizes.ts';

/** Statements that run at once; the memory of DuckDB is shared among them. */
const MAX_RUNNING = 4;

export class Engine {
  readonly state: EngineState;
  readonly #slots = new Slots(MAX_RUNNING);
  /** Statements in flight by `queryId`. */
  readonly #stops = new Map<string, StopSignal>();
  readonly #active = new Set<Promise<unknown>>();
  #lastSweepMs = -Infinity;

  private constructor(state: EngineState) {
    this.state = state;
  }

  /** Opens the file and reads what it defines. Rejects when it is in use or not ours. */
  static async open(settings: EngineSettings, callRemote: CallRemote): Promise<Engine> {
    const remote = new RemoteDesk();
    const database = await Database.open(settings, [remote.function()]);
    const definitions = await database.withConnection(async (connection) => {
      const store = await DefinitionStore.load(connection);
      for (const id of await dropOrphans(connection, store.physicalIds())) store.reserve(id);
      return store;
    });
    return new Engine({
      settings,
      database,
      definitions,
      results: new ResultStore(database, settings.resultTtlMs),
      locks: new Locks(),
      retired: new RetiredTables(database),
      checkpoints: new Checkpoints(database, settings.memoryLimitMb),
      memory: new MemoryRoom(database, { usualMb: settings.memoryLimitMb, mostMb: settings.mostMemoryMb }),
      sizes: new TableSizes(database),
      rowChanges: new Map(),
      remote,
      callRemote,
    });
  }

  /** Does something that `close` waits for; what has expired by `nowMs` goes first. */
  async during<T>(nowMs: number, work: () => Promise<T>): Promise<T> {
    return this.#track(this.#swept(nowMs).then(work));
  }

  /** Until it has ended, `close` waits. */
  async #track<T>(done: Promise<T>): Promise<T> {
    this.#active.add(done);
    try {
      return await done;
    } finally {
      this.#active.delete(done);
    }
  }

  async #swept(nowMs: number): Promise<void> {
    // A clock of tests may also go back.
    if (Math.abs(nowMs - this.#lastSweepMs) < SWEEP_EVERY_MS) return;
    this.#lastSweepMs = nowMs;
    // What cannot go now is hidden anyway, and goes the next time.
    await dropExpired(this.state, nowMs).catch(() => undefined);
  }

  /** Runs a statement or script; `cancel` may stop it. */
  async run(request: RunRequest, nowMs: number): Promise<RunResult> {
    const running: { connection?: { interrupt(): void } } = {};
    const stop = new StopSignal({ interrupt: () => running.connection?.interrupt() }, request.timeoutMs);
    this.#stops.set(request.queryId, stop);
    const work = (): Promise<RunResult> =>
      this.state.database.withConnection((connection) => {
        running.connection = connection;
        stop.check();
        return this.state.retired.reading(() => runRequest({ state: this.state, connection, stop, nowMs }, request));
      });
    // Analysing alone is quick, and must not wait for what is slow.
    const done = (request.dryRun === true ? work() : this.#slots.use(work, stop)).finally(() => stop.end());
    try {
      return await stop.answerOf(this.#track(done));
    } finally {
      if (this.#stops.get(request.queryId) === stop) this.#stops.delete(request.queryId);
    }
  }

  /** Stops a statement; false when there is none of that name in flight. */
  cancel(queryId: string): boolean {
    const stop = this.#stops.get(queryId);
    stop?.cancel();
    return stop !== undefined;
  }

  /** Stops all statements, and resolves when nothing is in flight. */
  async abandon(): Promise<void> {
    for (const stop of this.#stops.values()) stop.abandon();
    await this.#settled();
  }

  async #settled(): Promise<void> {
    while (this.#active.size > 0) await Promise.allSettled(this.#active);
  }

  /** Waits for what is in flight, then closes the file. */
  async close(): Promise<void> {
    await this.#settled();
    await this.state.retired.settled();
    await this.state.checkpoints.settled();
    await this.state.database.close();
  }
}
