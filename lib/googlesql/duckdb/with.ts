/** WITH clauses. */

import type { WithScan, WithTable, Scan } from '../tree/scan.ts';
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
  const { columns } = table.query;
  const names = columns.map((_, i) => `o${i}`).join(', ');
  return `w${table.id}(${names}) AS (${table.recursive ? recursiveText(table, context, emitScan) : context.emit.query(table.query, context)})`;
}

/** DuckDB wants a recursive query as its base, UNION, and one step. */
function recursiveText(table: WithTable, context: Context, emitScan: EmitScan): string {
  const { scan } = table.query;
  if (scan.kind !== 'set') throw new Error('a recursive query is a union');
  const [base, ...steps] = scan.inputs.map((input) => renderPositions(emitScan(input.scan, context), input.columns));
  const operator = scan.distinct ? 'UNION' : 'UNION ALL';
  const step = steps.length === 1 ? (steps[0] ?? '') : steps.map((one) => `(${one})`).join(` ${operator} `);
  return `(${base ?? ''}) ${operator} (${step})`;
}
