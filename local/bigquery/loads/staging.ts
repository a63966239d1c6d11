/** Hidden tables in which the rows of a load job are gathered, so that they reach its destination in one step. */
import { createHash } from 'node:crypto';
import type { TableRef, TableSpec } from '#lib/googlesql/engine/definitions.ts';
import type { Outcome } from '#lib/googlesql/engine/outcome.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { Store } from '../../primitives/store.ts';
import { jobName, type JobReference } from '../jobs/job-record.ts';

/** Google hides datasets whose names start with an underscore; this one is not listed even among those. */
export const STAGING_DATASET = '_local_loads';

export const STAGING_TABLE = `CREATE TABLE load_staging (project TEXT NOT NULL, id TEXT PRIMARY KEY) STRICT`;

export interface Staging {
  /** Makes the (empty) table of a job. */
  create(job: JobReference, spec: Omit<TableSpec, 'ref' | 'type'>): Promise<Outcome<TableRef>>;
  drop(table: TableRef): Promise<void>;
  /** Drops what an earlier process left behind. */
  clean(): Promise<void>;
}

export function createStaging(warehouse: Warehouse, store: Store): Staging {
  const drop = async (table: TableRef): Promise<void> => {
    await warehouse.tables.delete(table);
    store.run('DELETE FROM load_staging WHERE id = ?', table.tableId);
  };
  return {
    async create(job, spec) {
      const { projectId } = job;
      const ref = { projectId, datasetId: STAGING_DATASET, tableId: `load_${digestOf(job)}` };
      store.run('INSERT OR REPLACE INTO load_staging (project, id) VALUES (?, ?)', projectId, ref.tableId);
      await warehouse.tables.delete(ref);
      const dataset = await warehouse.datasets.create({ ref });
      if (dataset.kind === 'failed' && dataset.error.reason !== 'duplicate') return dataset;
      const table = await warehouse.tables.create({ ...spec, ref, type: 'TABLE' });
      return table.kind === 'failed' ? table : { kind: 'ok', value: ref };
    },
    drop,
    async clean() {
      for (const { project, id } of store.all<{ project: string; id: string }>(
        'SELECT project, id FROM load_staging',
      )) {
        await drop({ projectId: project, datasetId: STAGING_DATASET, tableId: id });
      }
    },
  };
}

function digestOf(job: JobReference): string {
  return createHash('sha256').update(jobName(job)).digest('hex').slice(0, 40);
}
