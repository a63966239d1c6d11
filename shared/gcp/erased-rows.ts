// Owns finding and deleting rows in BigQuery by tokens that stand in a table of their own, never in a statement.
import { BigQuery, type Table } from '@google-cloud/bigquery';
import type { Place } from '../platform/base/resources.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { reasonOf, statusOf, toPlatformError } from './failure.ts';

/** A table as statements name it: `dataset.table`. */
export type TablePath = `${string}.${string}`;

/** What a statement came to. */
export type Statement =
  | { readonly kind: 'done'; readonly rows: number }
  | { readonly kind: 'running' }
  /** BigQuery's word for why. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Calls reject with a PlatformError when BigQuery cannot be reached or refuses. */
export interface ErasedRows {
  /** Tables of a dataset whose names begin like this. */
  tables(dataset: string, prefix: string): Promise<readonly string[]>;
  /** Puts values into the one column `token` of a table, in the place of what it held. */
  loadTokens(table: TablePath, tokens: readonly string[]): Promise<void>;
  /** Runs a statement under the name of its job, or finds the job that is there; `rows` are those that it deleted. */
  runStatement(jobId: string, sql: string): Promise<Statement>;
  /** Whether the job of this name is there and has not ended. */
  isRunning(jobId: string): Promise<boolean>;
  /** Answers the texts of the one column that a query gives. */
  texts(sql: string): Promise<readonly string[]>;
  /** Answers the one number that a query gives. */
  count(sql: string): Promise<number>;
  /** Drops a table, or finds none. */
  dropTable(table: TablePath): Promise<void>;
}

/** Whoever waits is asked to come again after this. */
const WAIT_MS = 15_000;
const FIRST_LOOK_MS = 50;
const MAX_LOOK_MS = 1000;

const ALREADY_EXISTS = 409;
const NOT_FOUND = 404;

interface JobMetadata {
  readonly status?: { readonly state?: string; readonly errorResult?: { readonly reason?: string } };
  readonly statistics?: { readonly query?: { readonly numDmlAffectedRows?: string } };
}

export function createErasedRows({ projectId, region: location }: Place): ErasedRows {
  let client: BigQuery | undefined;
  const connected = (): BigQuery => (client ??= new BigQuery({ projectId, location }));
  const tableOf = (path: TablePath): Table => {
    const [dataset = '', name = ''] = path.split('.');
    return connected().dataset(dataset, { location }).table(name);
  };
  return {
    tables: (dataset, prefix) =>
      asPlatform(async () => {
        const [tables] = await connected().dataset(dataset).getTables();
        return tables.flatMap(({ id = '' }) => (id.startsWith(prefix) ? [id] : []));
      }),
    loadTokens: (path, tokens) =>
      asPlatform(async () => {
        const upload = tableOf(path).createWriteStream({
          sourceFormat: 'NEWLINE_DELIMITED_JSON',
          schema: { fields: [{ name: 'token', type: 'STRING' }] },
          createDisposition: 'CREATE_IF_NEEDED',
          writeDisposition: 'WRITE_TRUNCATE',
        });
        const loaded = new Promise((resolve, reject) => upload.once('complete', resolve).once('error', reject));
        upload.end(tokens.map((token) => `${JSON.stringify({ token })}\n`).join(''));
        await loaded;
      }),
    runStatement: (jobId, sql) => asPlatform(() => runStatement(connected(), { jobId, location }, sql)),
    isRunning: (jobId) =>
      asPlatform(async () => {
        try {
          const [metadata] = await connected().job(jobId, { location }).getMetadata();
          return (metadata as JobMetadata).status?.state !== 'DONE';
        } catch (error) {
          if (statusOf(error) === NOT_FOUND) return false;
          throw error;
        }
      }),
    texts: (sql) =>
      asPlatform(async () => {
        const [rows] = await connected().query({ query: sql, useLegacySql: false });
        return rows.flatMap((row) => Object.values(row as Record<string, unknown>).map(String));
      }),
    count: (sql) =>
      asPlatform(async () => {
        const [rows] = await connected().query({ query: sql, useLegacySql: false });
        const [value] = Object.values((rows[0] ?? {}) as Record<string, unknown>);
        if (typeof value !== 'number') throw new PlatformError('internal', { message: 'A count gave no number.' });
        return value;
      }),
    dropTable: (path) =>
      asPlatform(async () => {
        await tableOf(path).delete({ ignoreNotFound: true });
      }),
  };
}

/** Inserts the job unless it is there, and waits for a while. */
async function runStatement(
  bigQuery: BigQuery,
  { jobId, location }: { readonly jobId: string; readonly location: string },
  sql: string,
): Promise<Statement> {
  try {
    await bigQuery.createQueryJob({ query: sql, useLegacySql: false, jobId, location });
  } catch (error) {
    if (statusOf(error) !== ALREADY_EXISTS) throw error;
  }
  const job = bigQuery.job(jobId, { location });
  const untilMs = Date.now() + WAIT_MS;
  for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, MAX_LOOK_MS)) {
    const [metadata] = await job.getMetadata();
    const { status, statistics } = metadata as JobMetadata;
    if (status?.state === 'DONE') {
      const { errorResult } = status;
      if (errorResult !== undefined) return { kind: 'failed', reason: errorResult.reason ?? 'unknown' };
      return { kind: 'done', rows: Number(statistics?.query?.numDmlAffectedRows ?? 0) };
    }
    if (Date.now() > untilMs) return { kind: 'running' };
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

async function asPlatform<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const reason = reasonOf(error);
    const failure = toPlatformError(error);
    if (reason === undefined || failure.code !== 'cloud_refused') throw failure;
    throw new PlatformError(failure.code, { message: `BigQuery refuses: ${reason}.`, cause: error });
  }
}
