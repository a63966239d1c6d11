/** GROUP BY: expressions, ALL, ROLLUP, CUBE, GROUPING SETS. */

import type { Expression } from './ast-expression.ts';
import type { GroupBy, GroupingItem, GroupingSet } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { skipHint } from './parse-hint.ts';

/** `GROUP BY …`. */
export function parseGroupBy(p: Cursor): GroupBy {
  const at = p.expect('GROUP').start;
  skipHint(p);
  p.expect('BY');
  if (p.accepts('ALL')) return { kind: 'all', at };
  return { kind: 'items', at, items: p.list(() => parseGroupingItem(p)) };
}

/** One item; in pipe AGGREGATE it may have an alias, which its caller reads. */
export function parseGroupingItem(p: Cursor): GroupingItem {
  const { at } = p;
  const multi = parseMulti(p);
  if (multi !== undefined) return { ...multi, at };
  if (p.accepts('GROUPING', 'SETS')) {
    p.expect('(');
    const items = p.list(() => parseGroupingSet(p));
    p.expect(')');
    return { kind: 'groupingSets', at, items };
  }
  if (p.accepts('(', ')')) return { kind: 'groupingSets', at, items: [{ kind: 'set', values: [] }] };
  return { kind: 'expression', value: p.expression() };
}

function parseGroupingSet(p: Cursor): GroupingSet {
  return parseMulti(p) ?? { kind: 'set', values: parseSet(p) };
}

function parseMulti(
  p: Cursor,
): { readonly kind: 'rollup' | 'cube'; readonly sets: readonly (readonly Expression[])[] } | undefined {
  if (!p.sees('ROLLUP', '(') && !p.sees('CUBE', '(')) return undefined;
  const kind = p.next().word === 'ROLLUP' ? 'rollup' : 'cube';
  p.expect('(');
  const sets = p.list(() => parseSet(p));
  p.expect(')');
  return { kind, sets };
}

/** `a`, `(a, b)` or `()`. */
function parseSet(p: Cursor): readonly Expression[] {
  if (p.accepts('(', ')')) return [];
  const value = p.expression();
  return value.kind === 'struct' && value.tuple ? value.fields.map((field) => field.value) : [value];
}
