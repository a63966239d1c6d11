/** The parser's public face: SQL text to syntax trees, or a problem with its place. */

import type { Expression } from './ast-expression.ts';
import type { Statement } from './ast-statement.ts';
import { Cursor, type Grammar } from './cursor.ts';
import { tokenize } from './lexer.ts';
import { parseExpression, parseTight } from './parse-expression.ts';
import { parseQuery, parseQueryAfter } from './parse-query.ts';
import { parseStatement } from './parse-statement.ts';
import { SqlError, describeError, type SqlProblem } from './sql-error.ts';
import { TokenKind } from './token.ts';

/** Longest statement, characters. Source: BigQuery quotas, "Maximum unresolved GoogleSQL query length". */
export const maxQueryCharacters = 1024 * 1024;

const grammar: Grammar = {
  expression: parseExpression,
  tightExpression: parseTight,
  query: parseQuery,
  queryAfter: parseQueryAfter,
  statement: parseStatement,
};

/** A statement list with the text it came from. */
export interface Script {
  readonly text: string;
  readonly statements: readonly Statement[];
}

export type ParseOutcome =
  | { readonly kind: 'ok'; readonly script: Script }
  | { readonly kind: 'failed'; readonly problem: SqlProblem };

/** Parses one statement or a script of several, separated by semicolons. */
export function parseScript(text: string): ParseOutcome {
  try {
    return { kind: 'ok', script: parseScriptOrThrow(text) };
  } catch (error) {
    return { kind: 'failed', problem: describeError(error, text) };
  }
}

/** The same, throwing a `SqlError`. */
export function parseScriptOrThrow(text: string): Script {
  const p = open(text);
  const statements: Statement[] = [];
  while (p.peek().kind !== TokenKind.end) {
    statements.push(p.statement());
    if (p.peek().kind !== TokenKind.end && !p.accepts(';')) throw unexpectedEnd(p);
  }
  if (statements.length === 0) throw new SqlError('Syntax error: Unexpected end of script', p.at);
  return { text, statements };
}

/** Parses a single expression, as a default value or a function body holds. Throws a `SqlError`. */
export function parseExpressionOrThrow(text: string): Expression {
  return whole(open(text), (p) => p.expression());
}

function whole<T>(p: Cursor, rule: (p: Cursor) => T): T {
  const node = rule(p);
  if (p.peek().kind !== TokenKind.end) throw unexpectedEnd(p);
  return node;
}

function unexpectedEnd(p: Cursor): SqlError {
  return p.unexpected('end of input');
}

function open(text: string): Cursor {
  if (text.length > maxQueryCharacters) {
    throw new SqlError(
      'The query is too large. The maximum standard SQL query length is 1024.00K characters, including comments and white space characters.',
      maxQueryCharacters,
    );
  }
  if (!text.isWellFormed()) throw new SqlError('Syntax error: Illegal input: invalid UTF-8', firstLoneSurrogate(text));
  return new Cursor(text, tokenize(text), grammar);
}

function firstLoneSurrogate(text: string): number {
  return text.search(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/);
}
