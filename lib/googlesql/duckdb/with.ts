/** WITH clauses. */

import type { Scan, WithScan, WithTable } from '../tree/scan.ts';
import { blockOf, columnsOf, renderOwn, renderPositions, type Block } from './block.ts';
import { freshName, type Context } from './context.ts';

type EmitScan = (scan: Scan, context: Context) => Block;

/** The body behind its named queries. */
export function emitWith(scan: WithScan, context: Context, emitScan: EmitScan): Block {
  const recursive = scan.tables.some((table) => table.recursive);
  const tables = scan.tables.map((table) => tableText(table, context, emitScan));
  const body = emitScan(scan.body, context);
  const text = `WITH ${recursive ? 'RECURSIVE ' : ''}${tables.join(', ')} ${renderOwn(body)}`;
  return blockOf(`(${text}) AS ${freshName(context, 'x')}`, columnsOf(body));
}

function tableText(table: WithTable, context: Context, emitScan: EmitScan): string {
  if (table.recursive) return recursiveText(table, context, emitScan);
  const names = table.query.columns.map((_, i) => `o${i}`).join(', ');
  return `w${table.id}(${names}) AS (${context.emit.query(table.query, context)})`;
}

/** Turns of a recursion, after which BigQuery gives up. Source: BigQuery quotas, "Maximum number of recursive iterations". */
const MAX_TURNS = 500;

const TOO_MANY = `A recursive CTE has reached the maximum number of iterations: ${MAX_TURNS}.`;

/**
 * DuckDB wants a recursive query as its base, UNION, and one step, and goes on without end. Turns are counted by a row of their
 * own among the rows of each turn: it has its turn where those have NULL, and goes on while there are others.
 */
function recursiveText({ id, query }: WithTable, context: Context, emitScan: EmitScan): string {
  const { scan } = query;
  if (scan.kind !== 'set') throw new Error('a recursive query is a union');
  const operator = scan.distinct ? 'UNION' : 'UNION ALL';
  const [base = '', ...steps] = scan.inputs.map((input) =>
    renderPositions(emitScan(input.scan, context), input.columns),
  );
  const names = query.columns.map((_, i) => `o${i}`).join(', ');
  const nulls = query.columns.map(() => 'NULL').join(', ');
  const rows = `w${id}(${names}) AS NOT MATERIALIZED (SELECT ${names} FROM r${id} WHERE turn IS NULL)`;
  const first = `SELECT *, CAST(NULL AS BIGINT) FROM (${base}) UNION ALL SELECT ${nulls}, 1`;
  const step = steps.map((one) => `(${one})`).join(` ${operator} `);
  const next = `CASE WHEN turn > ${MAX_TURNS} THEN CAST(gs_error('${TOO_MANY}') AS BIGINT) ELSE turn + 1 END`;
  const others = `EXISTS (SELECT 1 FROM r${id} WHERE turn IS NULL)`;
  const turn = `SELECT ${nulls}, ${next} FROM r${id} WHERE turn IS NOT NULL AND ${others}`;
  return `r${id}(${names}, turn) AS ((${first}) ${operator} (WITH ${rows} SELECT *, NULL FROM (${step}) UNION ALL ${turn})), ${rows}`;
}
