/** Function calls: arguments, what aggregates may say inside the parentheses, and OVER behind them. */

import type { Expression, FunctionCall, HavingModifier, NamedArgument, OrderItem, PathName } from './ast-expression.ts';
import type { Cursor } from './cursor.ts';
import { parseOrderItems } from './parse-order.ts';
import { parseWindow } from './parse-window.ts';
import { SqlError } from './sql-error.ts';

/** The call of `path`; the opening parenthesis is next. */
export function parseCall(p: Cursor, path: PathName): FunctionCall {
  const at = path[0]?.at ?? p.at;
  p.expect('(');
  const distinct = p.accepts('DISTINCT');
  const { positional, named } = parseArguments(p, path);
  const modifiers = parseModifiers(p);
  p.expect(')');
  const behind = parseNulls(p);
  const nulls = modifiers.nulls ?? behind;
  const call: FunctionCall = {
    kind: 'call',
    at,
    path,
    arguments: positional,
    namedArguments: named,
    distinct,
    orderBy: modifiers.orderBy,
    ...(nulls === undefined ? {} : { nulls }),
    ...(modifiers.having === undefined ? {} : { having: modifiers.having }),
    ...(modifiers.limit === undefined ? {} : { limit: modifiers.limit }),
  };
  return p.accepts('OVER') ? { ...call, over: parseWindow(p) } : call;
}

function parseArguments(
  p: Cursor,
  path: PathName,
): { positional: readonly Expression[]; named: readonly NamedArgument[] } {
  const positional: Expression[] = [];
  const named: NamedArgument[] = [];
  if (p.sees(')')) return { positional, named };
  do {
    if (p.seesIdentifier() && p.peek(1).word === '=>') {
      const name = p.identifier();
      p.expect('=>');
      named.push({ name, value: p.expression() });
    } else {
      const { at } = p;
      positional.push(parseArgument(p));
      if (named.length > 0) throw positionalAfterNamed(path, at);
    }
  } while (p.accepts(','));
  return { positional, named };
}

function positionalAfterNamed(path: PathName, at: number): SqlError {
  const name = path.map((part) => part.name).join('.');
  return new SqlError(
    `Call to function ${name} must not specify positional arguments after named arguments; named arguments must be specified last in the argument list`,
    at,
  );
}

function parseArgument(p: Cursor): Expression {
  const { at } = p;
  if (p.accepts('*')) return { kind: 'star', at };
  // Beside `INTERVAL 3 DAY`, a few functions take a query or `SELECT` without further parentheses: not GoogleSQL.
  if (p.sees('SELECT')) {
    throw new SqlError(
      'Syntax error: Each function argument is an expression, not a query; to use a query as an expression, the query must be wrapped with additional parentheses to make it a scalar subquery expression',
      at,
    );
  }
  return p.expression();
}

function parseNulls(p: Cursor): 'IGNORE' | 'RESPECT' | undefined {
  for (const word of ['IGNORE', 'RESPECT'] as const) {
    if (p.accepts(word, 'NULLS')) return word;
  }
  return undefined;
}

interface Modifiers {
  readonly nulls?: 'IGNORE' | 'RESPECT';
  readonly having?: HavingModifier;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Expression;
}

function parseModifiers(p: Cursor): Modifiers {
  const nulls = parseNulls(p);
  const having = p.sees('HAVING') ? parseHaving(p) : undefined;
  const orderBy = p.accepts('ORDER') ? parseOrderItems(p) : [];
  const limit = p.accepts('LIMIT') ? p.expression() : undefined;
  return {
    orderBy,
    ...(nulls === undefined ? {} : { nulls }),
    ...(having === undefined ? {} : { having }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function parseHaving(p: Cursor): HavingModifier {
  const at = p.expect('HAVING').start;
  if (!p.sees('MAX') && !p.sees('MIN')) throw p.unexpected('keyword MAX or keyword MIN');
  const extreme = p.next().word === 'MAX' ? 'MAX' : 'MIN';
  return { at, extreme, expression: p.expression() };
}
