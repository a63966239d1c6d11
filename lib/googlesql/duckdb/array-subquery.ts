/** ARRAY(query): a list of the query's rows, in their order. */

import type { Column, SubqueryNode } from '../tree/expression.ts';
import type { Scan } from '../tree/scan.ts';
import { INT64 } from '../types/sql-type.ts';
import { newColumnId, type Context } from './context.ts';
import { orderText } from './order.ts';
import { duckType } from './types.ts';

/** An empty result is an empty array, not NULL. */
export function arraySubquery(node: SubqueryNode, context: Context): string {
  const [output] = node.query.columns;
  if (output === undefined) throw new Error('an array subquery has a column');
  const ordered = withPosition(node.query.scan, context);
  const value = { name: '', column: output.column };
  const empty = `CAST([] AS ${duckType(node.type)})`;
  if (ordered === undefined) {
    return `(SELECT coalesce(list(o0), ${empty}) FROM (${context.emit.query(node.query, context)}))`;
  }
  const columns = [value, ...ordered.keys.map((column) => ({ name: '', column }))];
  const inner = context.emit.query({ scan: ordered.scan, columns, valueTable: false }, context);
  return `(SELECT coalesce(list(o0 ORDER BY ${ordered.order}), ${empty}) FROM (${inner}))`;
}

interface Ordered {
  readonly scan: Scan;
  /** Columns that the order needs, behind the value. */
  readonly keys: readonly Column[];
  readonly order: string;
}

/** The rows with what tells their order: the query's own, or the positions of the array that they come from. */
function withPosition(scan: Scan, context: Context): Ordered | undefined {
  if (scan.kind === 'order' || scan.kind === 'limit') {
    const keys = scan.kind === 'order' ? scan.keys : scan.input.kind === 'order' ? scan.input.keys : [];
    if (keys.length === 0) return undefined;
    const computed = keys.map((key) => ({ column: column(context, key.expression.type), value: key.expression }));
    const base: Scan = { kind: 'project', input: scan, computed };
    const texts = keys.map((key, i) => ({
      ...key,
      expression: {
        kind: 'column' as const,
        type: key.expression.type,
        column: computed[i]?.column ?? column(context, INT64),
        at: 0,
      },
    }));
    const bound = new Map(computed.map((one, i) => [one.column.id, `o${i + 1}`]));
    return { scan: base, keys: computed.map((one) => one.column), order: orderText(texts, { ...context, bound }) };
  }
  return naturalOrder(scan, context);
}

/** Filters and projections of a single array keep its order. */
function naturalOrder(scan: Scan, context: Context): Ordered | undefined {
  if (scan.kind === 'filter' || scan.kind === 'project') {
    const inner = naturalOrder(scan.input, context);
    return inner === undefined ? undefined : { ...inner, scan: { ...scan, input: inner.scan } };
  }
  if (scan.kind !== 'unnest') return undefined;
  const offset = scan.offset ?? column(context, INT64);
  return { scan: { ...scan, offset }, keys: [offset], order: 'o1' };
}

function column(context: Context, type: Column['type']): Column {
  return { id: newColumnId(context), name: '', type };
}
