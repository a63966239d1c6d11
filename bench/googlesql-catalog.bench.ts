/** How long it takes to analyse and trace the pipelines of a large company, all of them, from nothing. */
import { analyzeQuery } from '#lib/googlesql/analysis/analyze.ts';
import type { Catalog, CatalogColumn, CatalogTable } from '#lib/googlesql/analysis/catalog.ts';
import { lineageOfQuery } from '#lib/googlesql/lineage/lineage.ts';
import { musicCatalog, musicOptions } from '#test/lib/googlesql/lineage/music-catalog.ts';
import type { Benchmark } from './benchmark.ts';
import { frontendQueries } from './googlesql-queries.ts';

const PIPELINES = 10_000;
const TABLES = 30_000;

export const benchmark: Benchmark = {
  says: `${PIPELINES} pipelines of four kinds, each over tables of its own among ${TABLES} in memory: text to schema and lineage`,
  maxMegabytes: 1000,
  measurements: [
    {
      name: 'all pipelines, processor time',
      unit: 's',
      better: 'less',
      goal: 3,
      open: async () => {
        const catalog = largeCatalog();
        const pipelines = pipelineQueries();
        return {
          measure: async () => {
            const before = process.cpuUsage();
            const startMs = performance.now();
            for (const sql of pipelines) compile(sql, catalog);
            const { user, system } = process.cpuUsage(before);
            const detail = { elapsedSeconds: Math.round(performance.now() - startMs) / 1000 };
            const peakMegabytes = { bench: Math.round(process.resourceUsage().maxRSS / 1024) };
            return { value: (user + system) / 1e6, detail, peakMegabytes };
          },
          close: async () => undefined,
        };
      },
    },
  ],
};

function compile(sql: string, catalog: Catalog): void {
  const outcome = analyzeQuery(sql, catalog, musicOptions);
  if (outcome.kind === 'failed') throw new Error(`${outcome.problem.message}\n${sql}`);
  lineageOfQuery(outcome.query.tree);
}

const NAMES = ['plays', 'tracks', 'users'] as const;

/** Ten thousand copies of the three tables of the tests, no two columns the same object. */
function largeCatalog(): Catalog {
  const tables = new Map<string, CatalogTable>();
  for (let i = 0; i < TABLES / NAMES.length; i += 1) {
    for (const name of NAMES) {
      const found = musicCatalog.findTable({ project: musicOptions.project, dataset: 'music', name });
      if (found.kind !== 'found') throw new Error(name);
      const path = { ...found.value.path, name: `${name}_${i}` };
      const columns = found.value.columns.map((column): CatalogColumn => ({ ...column }));
      tables.set(path.name, { ...found.value, path, columns });
    }
  }
  return {
    findTable: ({ name }) => {
      const value = tables.get(name);
      return value === undefined ? { kind: 'noObject' } : { kind: 'found', value };
    },
    findRoutine: () => ({ kind: 'noObject' }),
    listTables: () => [],
  };
}

function pipelineQueries(): readonly string[] {
  const kinds = frontendQueries();
  return Array.from({ length: PIPELINES }, (_, i) =>
    (kinds[i % kinds.length] ?? '').replaceAll(/\bmusic\.(plays|tracks|users)\b/g, `music.$1_${i}`),
  );
}
