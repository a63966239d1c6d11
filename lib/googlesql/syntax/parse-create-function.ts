/** CREATE FUNCTION: SQL, table and remote functions. */

import type { CreateFunctionStatement, FunctionParameter } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseOptions } from './parse-column.ts';
import { parseIfExists } from './parse-if-exists.ts';
import { parseTableName } from './parse-table-name.ts';
import { parseType } from './parse-type.ts';
import { TokenKind } from './token.ts';

interface Head {
  readonly at: number;
  readonly replace: boolean;
  readonly temporary: boolean;
  readonly form: CreateFunctionStatement['form'];
}

/** What follows CREATE … FUNCTION. */
export function parseCreateFunction(p: Cursor, { at, replace, temporary, form }: Head): CreateFunctionStatement {
  const ifExists = parseIfExists(p, replace);
  const name = parseTableName(p);
  p.expect('(');
  const parameters = p.sees(')') ? [] : p.list(() => parseParameter(p));
  p.expect(')');
  const returned = p.accepts('RETURNS') ? parseReturned(p, form) : {};
  skipDeterminism(p);
  const language = p.accepts('LANGUAGE') ? p.identifier().name.toUpperCase() : 'SQL';
  const remote = parseRemote(p);
  const early = parseOptions(p);
  const body = p.accepts('AS') ? parseBody(p, form) : undefined;
  const options = [...early, ...parseOptions(p)];
  return {
    kind: 'createFunction',
    at,
    end: p.end,
    name,
    ifExists,
    temporary,
    form,
    parameters,
    ...returned,
    language,
    ...(remote === undefined ? {} : { remote }),
    options,
    ...(body === undefined ? {} : { body }),
  };
}

function parseReturned(
  p: Cursor,
  form: CreateFunctionStatement['form'],
): Pick<CreateFunctionStatement, 'returns' | 'returnsTable'> {
  if (form !== 'table') return { returns: parseType(p) };
  p.expect('TABLE');
  return { returnsTable: parseTableType(p) };
}

/** `<name type, …>` behind TABLE. */
function parseTableType(p: Cursor): NonNullable<CreateFunctionStatement['returnsTable']> {
  p.expect('<');
  const columns = p.list(() => ({ name: p.identifier(), type: parseType(p) }));
  p.expect('>');
  return columns;
}

function parseParameter(p: Cursor): FunctionParameter {
  const name = p.identifier();
  if (p.accepts('ANY', 'TABLE')) return { name, aggregate: true, table: true };
  if (p.sees('TABLE') && p.peek(1).word === '<') {
    p.next();
    parseTableType(p);
    return { name, aggregate: true, table: true };
  }
  const type = p.accepts('ANY', 'TYPE') ? undefined : parseType(p);
  const aggregate = !p.accepts('NOT', 'AGGREGATE');
  return { name, aggregate, table: false, ...(type === undefined ? {} : { type }) };
}

function skipDeterminism(p: Cursor): void {
  if (p.accepts('NOT', 'DETERMINISTIC')) return;
  p.accepts('DETERMINISTIC');
}

/** The connection of a remote function; that of another language is of no use here. */
function parseRemote(p: Cursor): CreateFunctionStatement['remote'] {
  const remote = p.accepts('REMOTE');
  if (!remote && !p.sees('WITH')) return undefined;
  p.expectAll('WITH', 'CONNECTION');
  const connection = parseTableName(p);
  return remote ? connection : undefined;
}

function parseBody(p: Cursor, form: CreateFunctionStatement['form']): NonNullable<CreateFunctionStatement['body']> {
  if (p.peek().kind === TokenKind.string) return { text: p.stringLiteral() };
  if (form === 'table') {
    const from = p.at;
    const query = p.query();
    return { query, text: p.text.slice(from, p.end) };
  }
  p.expect('(');
  const from = p.at;
  const expression = p.expression();
  const text = p.text.slice(from, p.end);
  p.expect(')');
  return { expression, text };
}
