/** Runs conformance cases on a warehouse and says which ones differ, and how. */

import { openWarehouse } from '#lib/googlesql/engine/open-warehouse.ts';
import type { EngineError } from '#lib/googlesql/engine/outcome.ts';
import type { RunResult } from '#lib/googlesql/engine/requests.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { ConformanceCase, ConformanceFile, Expectation } from './case-file.ts';
import { knownDifference } from './differences.ts';
import { shownColumn, shownRow, type RestCell } from './shown-result.ts';

/** The project that the cases' names are in. */
export const PROJECT = 'conformance';

/** When every case runs. */
const NOW_MS = Date.UTC(2026, 7, 1, 12, 34, 56);

/** A case whose answer is not the expected one. */
export interface Difference {
  readonly place: string;
  readonly statement: string;
  readonly expected: string;
  readonly got: string;
}

/** A warehouse in memory whose clock stands still. */
export async function conformanceWarehouse(): Promise<Warehouse> {
  return openWarehouse({ storage: { kind: 'memory' }, projectId: PROJECT, clock: { nowMs: () => NOW_MS } });
}

/** Runs a file's cases in a dataset of their own. */
export async function runCaseFile(warehouse: Warehouse, file: ConformanceFile): Promise<readonly Difference[]> {
  const datasetId = file.name.replaceAll(/\W/g, '_');
  const session: Session = { warehouse, datasetId, count: 0 };
  const differences: Difference[] = [];
  let fresh = false;
  for (const one of file.cases) {
    if (!fresh) await prepare(session, file);
    const answer = await answerOf(session, one);
    fresh = !one.statements.some((statement) => changing.test(statement));
    const difference = compare(one, answer);
    if (difference !== undefined) differences.push({ place: `${file.name}:${one.line}`, ...difference });
  }
  return differences;
}

const changing = /\b(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP)\b/i;

interface Session {
  readonly warehouse: Warehouse;
  readonly datasetId: string;
  count: number;
}

/** An empty dataset, and in it what the file gives. */
async function prepare(session: Session, file: ConformanceFile): Promise<void> {
  const { warehouse, datasetId } = session;
  await warehouse.datasets.delete({ projectId: PROJECT, datasetId }, 'delete');
  const made = await warehouse.datasets.create({ ref: { projectId: PROJECT, datasetId }, resource: {} });
  if (made.kind === 'failed') throw new Error(made.error.message);
  for (const sql of file.given) {
    const outcome = await run(session, sql);
    if (outcome.kind === 'failed') throw new Error(`${file.name}: given ${sql}: ${outcome.error.message}`);
  }
}

function run(session: Session, sql: string): ReturnType<Warehouse['run']> {
  session.count++;
  return session.warehouse.run({
    queryId: `${session.datasetId}-${session.count}`,
    sql,
    defaultDataset: { projectId: PROJECT, datasetId: session.datasetId },
    sessionUser: 'ada@example.com',
  });
}

/** What the last statement of a case gave. */
type Answer = { readonly kind: 'failed'; readonly error: EngineError } | Exclude<Expectation, { kind: 'error' }>;

async function answerOf(session: Session, one: ConformanceCase): Promise<Answer> {
  let last: Answer = { kind: 'done' };
  for (const sql of one.statements) {
    const outcome = await run(session, sql);
    if (outcome.kind === 'failed') return outcome;
    last = await answerOfResult(session, outcome.value, one.expected);
  }
  return last;
}

async function answerOfResult({ warehouse }: Session, value: RunResult, expected: Expectation): Promise<Answer> {
  if (expected.kind === 'changed' && value.dml !== undefined) {
    const { insertedRowCount, updatedRowCount, deletedRowCount } = value.dml;
    return { kind: 'changed', counts: `+${insertedRowCount} ~${updatedRowCount} -${deletedRowCount}` };
  }
  if (value.result === undefined || value.schema === undefined) return { kind: 'done' };
  const { resultId } = value.result;
  const page = await warehouse.readRows(
    { kind: 'result', resultId },
    { offset: 0, maxRows: 10_000, timestamps: 'int64' },
  );
  if (page.kind === 'failed') return page;
  await warehouse.dropResult(resultId);
  const { fields } = value.schema;
  const rows = JSON.parse(Buffer.from(page.value.rowsJson).toString('utf8')) as readonly { f: readonly RestCell[] }[];
  return { kind: 'rows', columns: fields.map(shownColumn), rows: rows.map(({ f }) => shownRow(fields, f)) };
}

/** What is wrong with the answer; undefined when nothing is. */
export function compare(one: ConformanceCase, answer: Answer): Omit<Difference, 'place'> | undefined {
  const statement = one.statements.join('\nthen ');
  const reason = knownDifference(one);
  if (reason !== undefined) {
    // A known difference must be loud: an error, and not the expected answer.
    if (answer.kind === 'failed' && !matches(one, answer)) return undefined;
    return { statement, expected: `an error, because ${reason}`, got: shown(answer) };
  }
  return matches(one, answer) ? undefined : { statement, expected: shown(one.expected), got: shown(answer) };
}

function matches(one: ConformanceCase, answer: Answer): boolean {
  const { expected } = one;
  if (expected.kind === 'error') return answer.kind === 'failed' && answer.error.message === expected.message;
  if (expected.kind === 'rows') return answer.kind === 'rows' && sameRows(expected, answer, isOrdered(one));
  if (expected.kind === 'changed') return answer.kind === 'changed' && answer.counts === expected.counts;
  return answer.kind === 'done';
}

type Rows = Extract<Expectation, { kind: 'rows' }>;

function sameRows(expected: Rows, got: Rows, ordered: boolean): boolean {
  if (expected.columns.join(', ') !== got.columns.join(', ')) return false;
  const floats = expected.columns.some((column) => column.includes('FLOAT64'));
  const normal = ({ rows }: Rows): readonly string[] => {
    const texts = floats ? rows.map(roundFloats) : rows;
    return ordered ? texts : texts.toSorted();
  };
  return JSON.stringify(normal(expected)) === JSON.stringify(normal(got));
}

/** Doubles may differ in their last bits, as libraries of mathematics do: 14 digits are compared. */
function roundFloats(row: string): string {
  return row.replaceAll(/(?<![\w."-])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w"-])/g, (text) => Number(text).toPrecision(14));
}

/** Rows have an order when ORDER BY stands outside of all parentheses in the last statement. */
function isOrdered(one: ConformanceCase): boolean {
  let text = one.statements.at(-1) ?? '';
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replaceAll(/'[^']*'|"[^"]*"|\([^()]*\)/g, '');
  }
  return /\bORDER\s+BY\b/i.test(text);
}

function shown(answer: Answer | Expectation): string {
  switch (answer.kind) {
    case 'failed':
      return `ERROR (${answer.error.reason}) ${answer.error.message}`;
    case 'error':
      return `ERROR ${answer.message}`;
    case 'rows':
      return [answer.columns.join(', '), ...answer.rows].join('\n');
    case 'changed':
      return `CHANGED ${answer.counts}`;
    case 'done':
      return 'DONE';
  }
}

/** Differences as a test's message. */
export function differencesText(differences: readonly Difference[]): string {
  return differences
    .map(
      ({ place, statement, expected, got }) => `${place}\n${statement}\n--- expected\n${expected}\n--- got\n${got}\n`,
    )
    .join('\n');
}
