/** WITH clauses. */

import { scanInputs } from '../tree/children.ts';
import type { Column } from '../tree/expression.ts';
import type { Scan, SetInput, SetScan, WithScan, WithTable } from '../tree/scan.ts';
import { INT64 } from '../types/sql-type.ts';
import { blockOf, columnsOf, renderOwn, renderPositions, type Block } from './block.ts';
import { freshName, newColumnId, type Context } from './context.ts';

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
  const body = table.recursive ? recursiveText(table, context, emitScan) : context.emit.query(table.query, context);
  const counted = table.recursive && countedStep(table) !== undefined;
  const names = [...columns.map((_, i) => `o${i}`), ...(counted ? [TURN] : [])].join(', ');
  return `w${table.id}(${names}) AS (${body})`;
}

/** DuckDB wants a recursive query as its base, UNION, and one step. */
function recursiveText(table: WithTable, context: Context, emitScan: EmitScan): string {
  const { scan } = table.query;
  if (scan.kind !== 'set') throw new Error('a recursive query is a union');
  const counted = countedStep(table);
  if (counted !== undefined) return countedText(scan, { ...counted, id: table.id }, context, emitScan);
  const [base, ...steps] = scan.inputs.map((input) => renderPositions(emitScan(input.scan, context), input.columns));
  const operator = scan.distinct ? 'UNION' : 'UNION ALL';
  const step = steps.length === 1 ? (steps[0] ?? '') : steps.map((one) => `(${one})`).join(` ${operator} `);
  return `(${base ?? ''}) ${operator} (${step})`;
}

/** Turns of a recursion, after which BigQuery gives up. Source: BigQuery quotas, "Maximum number of recursive iterations". */
const MAX_TURNS = 500;
/** The column that counts them. */
const TURN = 'turn';

interface CountedStep {
  readonly base: SetInput;
  readonly step: SetInput;
}

/** The parts of a recursion whose rows can carry their turn; UNION DISTINCT compares whole rows, and ends by itself. */
function countedStep({ id, query }: WithTable): CountedStep | undefined {
  const { scan } = query;
  if (scan.kind !== 'set' || scan.distinct) return undefined;
  const [base, step, more] = scan.inputs;
  if (base === undefined || step === undefined || more !== undefined) return undefined;
  return carries(step.scan, id) ? { base, step } : undefined;
}

/** Whether the columns of the table's own rows are there at the top: set operations have others. */
function carries(scan: Scan, id: number): boolean {
  if (scan.kind === 'withRef') return scan.id === id;
  if (scan.kind === 'set' || scan.kind === 'with') return false;
  return scanInputs(scan).some((inner) => carries(inner, id));
}

function countedText(
  { columns }: SetScan,
  { base, step, id }: CountedStep & { readonly id: number },
  context: Context,
  emitScan: EmitScan,
): string {
  const turn: Column = { id: newColumnId(context), name: '', type: INT64 };
  const block = emitScan(withTurn(step.scan, id, turn), context);
  const names = columns.map((_, i) => `o${i}`);
  const inner = renderPositions(block, [...step.columns, turn]);
  const last = `o${columns.length}`;
  const next = `CASE WHEN ${last} >= ${MAX_TURNS} THEN CAST(gs_error('${TOO_MANY}') AS BIGINT) ELSE ${last} + 1 END`;
  const first = renderPositions(emitScan(base.scan, context), base.columns);
  return `(SELECT ${names.join(', ')}, 1::BIGINT FROM (${first})) UNION ALL (SELECT ${names.join(', ')}, ${next} FROM (${inner}))`;
}

const TOO_MANY = `A recursive CTE has reached the maximum number of iterations: ${MAX_TURNS}.`;

/** The step with the turn among the columns of the table's own rows. */
function withTurn(scan: Scan, id: number, turn: Column): Scan {
  const inside = (inner: Scan): Scan => withTurn(inner, id, turn);
  switch (scan.kind) {
    case 'withRef':
      return scan.id === id ? { ...scan, columns: [...scan.columns, turn] } : scan;
    case 'join':
      return { ...scan, left: inside(scan.left), right: inside(scan.right) };
    case 'filter':
    case 'project':
    case 'order':
    case 'limit':
    case 'sample':
      return { ...scan, input: inside(scan.input) };
    default:
      return scan;
  }
}
