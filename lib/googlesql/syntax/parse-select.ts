/** One SELECT, from its list to WINDOW. */

import type { Expression, Identifier } from './ast-expression.ts';
import type { NamedWindow, Select, SelectItem, StarModifiers } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { parseFrom } from './parse-from.ts';
import { parseGroupBy } from './parse-group.ts';
import { skipHint } from './parse-hint.ts';
import { parseWindow } from './parse-window.ts';
import { SqlError } from './sql-error.ts';
import { TokenKind } from './token.ts';

/** `SELECT … [FROM …] [WHERE …] [GROUP BY …] [HAVING …] [QUALIFY …] [WINDOW …]`. */
export function parseSelect(p: Cursor): Select {
  const head = parseSelectHead(p);
  const from = p.accepts('FROM') ? parseFrom(p) : undefined;
  const where = p.accepts('WHERE') ? p.expression() : undefined;
  const groupBy = p.sees('GROUP') ? parseGroupBy(p) : undefined;
  const having = p.accepts('HAVING') ? p.expression() : undefined;
  const qualify = p.accepts('QUALIFY') ? p.expression() : undefined;
  return {
    ...head,
    ...(from === undefined ? {} : { from }),
    ...(where === undefined ? {} : { where }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(having === undefined ? {} : { having }),
    ...(qualify === undefined ? {} : { qualify }),
    windows: parseNamedWindows(p),
  };
}

/** SELECT and its list, as pipe SELECT has it too. */
export function parseSelectHead(p: Cursor): Select {
  const at = p.expect('SELECT').start;
  skipHint(p);
  const distinct = p.accepts('DISTINCT');
  if (!distinct) p.accepts('ALL');
  const as = parseAs(p);
  const items = parseSelectItems(p);
  return { kind: 'select', at, distinct, ...(as === undefined ? {} : { as }), items, windows: [] };
}

function parseAs(p: Cursor): 'STRUCT' | 'VALUE' | undefined {
  if (p.accepts('AS', 'STRUCT')) return 'STRUCT';
  if (p.accepts('AS', 'VALUE')) return 'VALUE';
  if (p.sees('AS')) {
    throw new SqlError('SELECT AS TypeName is not supported; use SELECT AS STRUCT or SELECT AS VALUE', p.at);
  }
  return undefined;
}

/** A list of select items; a comma may trail. */
export function parseSelectItems(p: Cursor): readonly SelectItem[] {
  if (p.sees('FROM')) throw new SqlError('Syntax error: SELECT list must not be empty', p.at);
  const items = [parseSelectItem(p)];
  while (p.accepts(',')) {
    if (endsSelectList(p)) break;
    items.push(parseSelectItem(p));
  }
  return items;
}

const listEnds: ReadonlySet<string> = new Set(
  'FROM WHERE GROUP HAVING QUALIFY WINDOW ORDER LIMIT UNION INTERSECT EXCEPT ) ; |>'.split(' '),
);

function endsSelectList(p: Cursor): boolean {
  return p.peek().kind === TokenKind.end || listEnds.has(p.peek().word);
}

function parseSelectItem(p: Cursor): SelectItem {
  const { at } = p;
  if (p.accepts('*')) return { kind: 'star', at, modifiers: parseModifiers(p) };
  const value = p.expression();
  if (p.accepts('.', '*')) return { kind: 'dotStar', at, base: value, modifiers: parseModifiers(p) };
  const alias = p.optionalAlias();
  return { kind: 'expression', at, value, ...(alias === undefined ? {} : { alias }) };
}

function parseModifiers(p: Cursor): StarModifiers {
  let except: readonly Identifier[] = [];
  if (p.accepts('EXCEPT', '(')) {
    except = p.list(() => p.identifier());
    p.expect(')');
  }
  let replace: readonly { readonly value: Expression; readonly alias: Identifier }[] = [];
  if (p.accepts('REPLACE', '(')) {
    replace = p.list(() => {
      const value = p.expression();
      p.accepts('AS');
      return { value, alias: p.identifier() };
    });
    p.expect(')');
  }
  return { except, replace };
}

/** `WINDOW name AS (…), …`, or nothing. */
export function parseNamedWindows(p: Cursor): readonly NamedWindow[] {
  if (!p.accepts('WINDOW')) return [];
  return p.list(() => {
    const name = p.identifier();
    p.expect('AS');
    return { name, specification: parseWindow(p) };
  });
}
