/** How fast the front end of GoogleSQL is on one core: parse, analyse, and trace to lineage. */
import { analyzeQuery } from '#lib/googlesql/analysis/analyze.ts';
import { lineageOfQuery } from '#lib/googlesql/lineage/lineage.ts';
import { parseScript } from '#lib/googlesql/syntax/parse.ts';
import { musicCatalog, musicOptions } from '#test/lib/googlesql/lineage/music-catalog.ts';
import type { Benchmark, BenchOptions, Opened } from './benchmark.ts';
import { frontendQueries } from './googlesql-queries.ts';

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
    {
      // Time for a text 16 times as long by that for the text: 16 is linear.
      name: 'growth of parsing, 16 times the length',
      unit: 'times',
      better: 'less',
      open: async ({ roundMs }) => ({
        measure: async () => ({
          value: perSecond([unions(1000)], parse, roundMs / 4) / perSecond([unions(16_000)], parse, roundMs / 4),
        }),
        close: async () => undefined,
      }),
    },
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

function unions(count: number): string {
  return `SELECT a, b + 1 AS c FROM t WHERE d > 2${' UNION ALL SELECT a, b + 1 FROM t WHERE d > 2'.repeat(count)}`;
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
