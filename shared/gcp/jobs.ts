// Owns BigQuery's jobs as pipelines ask after them, and the small queries that decisions need.
import { BigQuery } from '@google-cloud/bigquery';
import type { Place } from '../platform/base/resources.ts';
import { statusOf, toPlatformError } from './failure.ts';

/** How a job stands. */
export type JobState =
  /** Nobody has inserted it. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'under-way' }
  | { readonly kind: 'done' }
  /** It has ended with an error, named by BigQuery's word for it. */
  | { readonly kind: 'failed'; readonly reason: string | undefined };

/** A row of a query, by column; integers as text. */
export type CountRow = Readonly<Record<string, string | null>>;

/** Calls reject with a PlatformError when BigQuery cannot be reached or refuses. */
export interface Jobs {
  state(jobId: string): Promise<JobState>;
  /** The rows of a query of counts and ids, with TIMESTAMP (epoch milliseconds) and STRING parameters. */
  rows(sql: string, parameters: Readonly<Record<string, number | string>>): Promise<readonly CountRow[]>;
}

interface JobStatus {
  readonly state?: string;
  readonly errorResult?: { readonly reason?: string };
}

export function createJobs({ projectId, region: location }: Place): Jobs {
  let client: BigQuery | undefined;
  const connected = (): BigQuery => (client ??= new BigQuery({ projectId, location }));
  return {
    async state(jobId) {
      try {
        const [metadata] = await connected().job(jobId, { location }).getMetadata();
        const { state, errorResult } = (metadata as { status?: JobStatus }).status ?? {};
        if (state !== 'DONE') return { kind: 'under-way' };
        return errorResult === undefined ? { kind: 'done' } : { kind: 'failed', reason: errorResult.reason };
      } catch (error) {
        if (statusOf(error) === 404) return { kind: 'missing' };
        throw toPlatformError(error);
      }
    },
    async rows(sql, parameters) {
      const bigQuery = connected();
      const entries = Object.entries(parameters);
      try {
        const [rows] = await bigQuery.query({
          query: sql,
          useLegacySql: false,
          wrapIntegers: true,
          params: Object.fromEntries(
            entries.map(([name, value]) => [name, typeof value === 'number' ? new Date(value) : value]),
          ),
        });
        return rows.map(countRow);
      } catch (error) {
        throw toPlatformError(error);
      }
    },
  };
}

function countRow(row: Record<string, unknown>): CountRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      break;
  }
  if (typeof value !== 'object' || value === null) return null;
  // Integers come wrapped, so that none loses digits.
  return 'value' in value ? String(value.value) : JSON.stringify(value);
}
