/** Window specifications: what stands behind OVER and in WINDOW. */

import type { Expression, FrameBound, WindowFrame, WindowSpecification } from './ast-expression.ts';
import type { Cursor } from './cursor.ts';
import { parseOrderItems } from './parse-order.ts';

/** A window name, or a specification in parentheses. */
export function parseWindow(p: Cursor): WindowSpecification {
  const { at } = p;
  if (!p.sees('(')) return { at, base: p.identifier(), partitionBy: [], orderBy: [] };
  p.next();
  const base = p.seesIdentifier() ? p.identifier() : undefined;
  const partitionBy = p.accepts('PARTITION', 'BY') ? p.list(() => p.expression()) : [];
  const orderBy = p.accepts('ORDER') ? parseOrderItems(p) : [];
  const frame = p.sees('ROWS') || p.sees('RANGE') ? parseFrame(p) : undefined;
  p.expect(')');
  return {
    at,
    ...(base === undefined ? {} : { base }),
    partitionBy,
    orderBy,
    ...(frame === undefined ? {} : { frame }),
  };
}

function parseFrame(p: Cursor): WindowFrame {
  const { at } = p;
  const unit = p.next().word === 'ROWS' ? 'ROWS' : 'RANGE';
  if (!p.accepts('BETWEEN')) {
    return { unit, start: parseBound(p), end: { kind: 'CURRENT ROW', at }, at };
  }
  const start = parseBound(p);
  p.expect('AND');
  return { unit, start, end: parseBound(p), at };
}

function parseBound(p: Cursor): FrameBound {
  const { at } = p;
  if (p.accepts('CURRENT')) {
    p.expect('ROW');
    return { kind: 'CURRENT ROW', at };
  }
  const offset: Expression | undefined = p.accepts('UNBOUNDED') ? undefined : p.expression();
  if (!p.sees('PRECEDING') && !p.sees('FOLLOWING')) throw p.unexpected('keyword PRECEDING or keyword FOLLOWING');
  const side = p.next().word === 'PRECEDING' ? 'PRECEDING' : 'FOLLOWING';
  return offset === undefined ? { kind: `UNBOUNDED ${side}`, at } : { kind: side, at, offset };
}
