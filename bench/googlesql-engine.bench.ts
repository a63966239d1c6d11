/** What the engine costs over DuckDB itself, and whether its host stays responsive meanwhile. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { openWarehouse } from '#lib/googlesql/engine/open-warehouse.ts';
import type { Outcome } from '#lib/googlesql/engine/outcome.ts';
import type { RunResult } from '#lib/googlesql/engine/requests.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import { type Benchmark, type BenchOptions, median, type Opened } from './benchmark.ts';
import { kinds, mixedTable } from './googlesql-kinds.ts';

const MEMORY_MB = 2048;
const ref = { projectId: 'bench', datasetId: 'd' } as const;

export const benchmark: Benchmark = {
  says: 'the engine in its worker thread beside plain DuckDB in this one, the same data and questions, both with two threads',
  maxMegabytes: 3000,
  measurements: [
    { name: 'a small query, more than plain', unit: 'ms', better: 'less', goal: 10, open: openSmall },
    { name: 'ten million rows, of plain', unit: 'times', better: 'less', goal: 1.3, open: openLarge },
    { name: 'kinds of questions, of plain', unit: 'times', better: 'less', goal: 1.3, open: openKinds },
    // Processor time: on two cores the engine's three threads, and whatever else runs, also keep the host's waiting, which says nothing
    // of its work. What the clock on the wall says is in the detail, and beside it what it says of a host without any work.
    { name: 'longest work of the host', unit: 'ms', better: 'less', goal: 20, open: openStalls },
    { name: 'longest stall of an idle host', unit: 'ms', better: 'less', open: openIdle },
  ],
};

const SMALL = {
  engine:
    'SELECT k, COUNT(*) AS n, SUM(v) AS v FROM d.small WHERE id >= 100 GROUP BY k HAVING COUNT(*) > 1 ORDER BY n DESC, k LIMIT 10',
  plain:
    'SELECT k, count(*) AS n, sum(v) AS v FROM small WHERE id >= 100 GROUP BY k HAVING count(*) > 1 ORDER BY n DESC, k LIMIT 10',
};
const LARGE = {
  engine:
    'SELECT k, COUNT(*) AS n, SUM(id) AS ids, AVG(v) AS v, MAX(s) AS s FROM d.large WHERE id >= 100 GROUP BY k ORDER BY k',
  plain:
    'SELECT k, count(*) AS n, sum(id) AS ids, avg(v) AS v, max(s) AS s FROM large WHERE id >= 100 GROUP BY k ORDER BY k',
};

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'failed') throw new Error(outcome.error.message);
  return outcome.value;
}

let queries = 0;

interface Engine {
  readonly warehouse: Warehouse;
  run(sql: string): Promise<RunResult>;
  /** Runs a query and reads its rows. */
  rows(sql: string): Promise<number>;
}

async function openEngine(): Promise<Engine> {
  const warehouse = await openWarehouse({
    storage: { kind: 'memory' },
    projectId: ref.projectId,
    clock: { nowMs: () => Date.now() },
    memoryLimitMb: MEMORY_MB,
  });
  valueOf(await warehouse.datasets.create({ ref }));
  const run = async (sql: string): Promise<RunResult> => {
    queries += 1;
    return valueOf(await warehouse.run({ queryId: `q${queries}`, sql }));
  };
  return {
    warehouse,
    run,
    async rows(sql) {
      const { result } = await run(sql);
      const source = { kind: 'result', resultId: result?.resultId ?? '' } as const;
      const page = valueOf(await warehouse.readRows(source, { offset: 0, maxRows: 100_000, timestamps: 'int64' }));
      await warehouse.dropResult(source.resultId);
      return page.rowCount;
    },
  };
}

async function openPlain(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: `${MEMORY_MB}MB` });
  return instance.connect();
}

/** Rows of the same values in both. */
async function fill({ engine, plain }: Pair, name: string, thousands: number): Promise<void> {
  await engine.run(
    `CREATE TABLE d.${name} AS SELECT a * 1000 + b AS id, MOD(a * 1000 + b, 1000) AS k, CAST(b AS FLOAT64) AS v, FORMAT('s%d', MOD(a, 100)) AS s
     FROM UNNEST(GENERATE_ARRAY(0, ${thousands - 1})) AS a, UNNEST(GENERATE_ARRAY(0, 999)) AS b`,
  );
  await plain.run(
    `CREATE TABLE ${name} AS SELECT a * 1000 + b AS id, (a * 1000 + b) % 1000 AS k, CAST(b AS DOUBLE) AS v, 's' || (a % 100) AS s
     FROM range(${thousands}) AS x(a), range(1000) AS y(b)`,
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** The same statement for both. */
interface Statement {
  readonly engine: string;
  readonly plain: string;
}

/** The engine and plain DuckDB beside each other. */
interface Pair {
  readonly engine: Engine;
  readonly plain: DuckDBConnection;
}

async function openPair(): Promise<Pair> {
  return { engine: await openEngine(), plain: await openPlain() };
}

/** Median times of a statement in both, milliseconds; by turns, so that whatever else runs disturbs both alike. */
async function timesOf(
  { engine, plain }: Pair,
  statement: Statement,
  turns: number,
): Promise<Record<keyof Pair, number>> {
  const times = { engine: [] as number[], plain: [] as number[] };
  for (let turn = 0; turn < turns; turn += 1) {
    times.engine.push(await timed(() => engine.rows(statement.engine)));
    times.plain.push(await timed(() => plain.runAndReadAll(statement.plain)));
  }
  return { engine: median(times.engine), plain: median(times.plain) };
}

async function openSmall(): Promise<Opened> {
  const pair = await openPair();
  await fill(pair, 'small', 10);
  await pair.engine.rows(SMALL.engine);
  return {
    measure: async () => {
      const { engine, plain } = await timesOf(pair, SMALL, 100);
      return { value: engine - plain, detail: { engineMs: round(engine), plainMs: round(plain) } };
    },
    close: () => pair.engine.warehouse.close(),
  };
}

async function openLarge(): Promise<Opened> {
  const pair = await openPair();
  await fill(pair, 'large', 10_000);
  await pair.engine.rows(LARGE.engine);
  return {
    measure: async () => {
      const { engine, plain } = await timesOf(pair, LARGE, 5);
      return { value: engine / plain, detail: { engineMs: round(engine), plainMs: round(plain) } };
    },
    close: () => pair.engine.warehouse.close(),
  };
}

/** Rows of the table that questions of all kinds are asked of. */
const MIXED_THOUSANDS = 3000;

/** The median of the kinds; each is told. */
async function openKinds(): Promise<Opened> {
  const pair = await openPair();
  const mixed = mixedTable(MIXED_THOUSANDS);
  await pair.engine.run(mixed.engine);
  await pair.plain.run("SET TimeZone = 'UTC'");
  await pair.plain.run(mixed.plain);
  return {
    measure: async () => {
      const detail: Record<string, number> = {};
      for (const [name, kind] of Object.entries(kinds)) {
        const { engine, plain } = await timesOf(pair, kind, 3);
        detail[name] = Math.round((engine / plain) * 100) / 100;
      }
      return { value: median(Object.values(detail)), detail };
    },
    close: () => pair.engine.warehouse.close(),
  };
}

/** A statement of nearly the length that one may have. */
const LONG_STATEMENT = `SELECT LENGTH('${'x'.repeat(1_000_000)}')`;

/** Rows of about a kilobyte. */
const TEXT = 'x'.repeat(1000);

async function openStalls(): Promise<Opened> {
  const engine = await openEngine();
  await engine.run('CREATE TABLE d.landed (id INT64, s STRING)');
  const batch = Array.from({ length: 4000 }, (_, id) => Buffer.from(JSON.stringify({ id, s: TEXT })));
  const options = { ignoreUnknownValues: false, skipInvalidRows: false };
  return {
    measure: async () => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      const stretches = watchStretches();
      delay.enable();
      for (let i = 0; i < 5; i += 1) {
        await Promise.all([
          engine.warehouse.appendRows({ ...ref, tableId: 'landed' }, batch, options),
          engine.rows(
            "SELECT SUM(LENGTH(FORMAT('%d', a * b))) FROM UNNEST(GENERATE_ARRAY(1, 1000)) a, UNNEST(GENERATE_ARRAY(1, 200)) b",
          ),
          engine.rows('SELECT id, s FROM d.landed LIMIT 9000'),
          engine.rows(LONG_STATEMENT),
        ]);
      }
      delay.disable();
      const elapsed = { longestMs: round(delay.max / 1e6), p99Ms: round(delay.percentile(99) / 1e6) };
      return { value: stretches.end(), detail: { elapsed } };
    },
    close: () => engine.warehouse.close(),
  };
}

/** The most processor time, in milliseconds, that this thread takes between two looks at its timers. */
function watchStretches(): { end(): number } {
  let longest = 0;
  let last = process.threadCpuUsage();
  const look = (): void => {
    const used = process.threadCpuUsage(last);
    longest = Math.max(longest, (used.user + used.system) / 1000);
    last = process.threadCpuUsage();
  };
  const timer = setInterval(look, 1);
  return {
    end: () => {
      clearInterval(timer);
      look();
      return longest;
    },
  };
}

async function openIdle({ roundMs }: BenchOptions): Promise<Opened> {
  return {
    measure: async () => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      await new Promise((resolve) => setTimeout(resolve, roundMs));
      delay.disable();
      return { value: delay.max / 1e6, detail: { p99Ms: round(delay.percentile(99) / 1e6) } };
    },
    close: async () => undefined,
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
