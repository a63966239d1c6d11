/** How fast the front end of GoogleSQL is on one core: parse, analyse, and trace to lineage. */
import { analyzeQuery } from '#lib/googlesql/analysis/analyze.ts';
import { lineageOfQuery } from '#lib/googlesql/lineage/lineage.ts';
import { parseScript } from '#lib/googlesql/syntax/parse.ts';
import { musicCatalog, musicOptions } from '#test/lib/googlesql/lineage/music-catalog.ts';
import type { Benchmark, BenchOptions, Opened } from './benchmark.ts';
import { frontendQueries } from './googlesql-queries.ts';

/** Texts with as many of something as one likes, by what they have many of. */
const growing: Readonly<Record<string, (count: number) => string>> = {
  unions: (count) =>
    `SELECT a, b + 1 AS c FROM t WHERE d > 2${' UNION ALL SELECT a, b + 1 FROM t WHERE d > 2'.repeat(count)}`,
  columns: (count) => `SELECT ${'a + b * 2 AS c, '.repeat(count)}1 FROM t`,
  conditions: (count) => `SELECT 1 FROM t WHERE a = 1${" OR b = 'x' AND NOT c".repeat(count)}`,
  'named queries': (count) =>
    `WITH ${Array.from({ length: count }, (_, i) => `w${i} AS (SELECT a FROM t)`).join(', ')} SELECT a FROM w0`,
  'comments and strings': (count) => `SELECT ${"/* one */ 'it''s', -- two\n".replace("''", '').repeat(count)}1`,
  statements: (count) => 'SET x = (SELECT 1);\n'.repeat(count),
};

export const benchmark: Benchmark = {
  says: '200 queries of 20 to 45 lines of four kinds, over a catalog in memory; queries by processor time of one core',
  maxMegabytes: 600,
  measurements: [
    {
      name: 'parse',
      unit: 'queries/s',
      better: 'more',
      goal: 10_000,
      open: (options) => overQueries(parse, options),
    },
    {
      name: 'analyse',
      unit: 'queries/s',
      better: 'more',
      open: (options) => overQueries(analyse, options),
    },
    {
      // From text to lineage.
      name: 'analyse and trace',
      unit: 'queries/s',
      better: 'more',
      goal: 3000,
      open: (options) => overQueries((sql) => lineageOfQuery(analyse(sql)), options),
    },
    // Time for a text 16 times as long by that for the text: 16 is linear, 256 is square. A tree of megabytes costs the collector of
    // garbage, and the processor's caches, up to twice as much for each of its nodes.
    ...Object.entries(growing).map(([what, text]) => ({
      name: `growth of parsing ${what}`,
      unit: 'times',
      better: 'less' as const,
      goal: 48,
      open: async ({ roundMs }: BenchOptions): Promise<Opened> => ({
        measure: async () => ({
          value: perSecond([text(1000)], parse, roundMs / 8) / perSecond([text(16_000)], parse, roundMs / 8),
        }),
        close: async () => undefined,
      }),
    })),
  ],
};

function parse(sql: string): void {
  if (parseScript(sql).kind !== 'ok') throw new Error(sql);
}

function analyse(sql: string): Parameters<typeof lineageOfQuery>[0] {
  const outcome = analyzeQuery(sql, musicCatalog, musicOptions);
  if (outcome.kind === 'failed') throw new Error(`${outcome.problem.message}\n${sql}`);
  return outcome.query.tree;
}

async function overQueries(work: (sql: string) => unknown, { roundMs }: BenchOptions): Promise<Opened> {
  const queries = frontendQueries();
  perSecond(queries, work, roundMs);
  return {
    measure: async () => ({
      value: Math.round(perSecond(queries, work, roundMs)),
      peakMegabytes: { bench: Math.round(process.memoryUsage.rss() / 1024 / 1024) },
    }),
    close: async () => undefined,
  };
}

/** By processor time, so that what else runs on the machine counts little; the collector of garbage counts too. */
function perSecond(queries: readonly string[], work: (sql: string) => unknown, forMs: number): number {
  const before = process.cpuUsage();
  for (let done = 0; ;) {
    for (const sql of queries) work(sql);
    done += queries.length;
    const { user, system } = process.cpuUsage(before);
    const usedMs = (user + system) / 1000;
    if (usedMs >= forMs) return (done / usedMs) * 1000;
  }
}
