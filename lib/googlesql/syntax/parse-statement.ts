/** One statement, told by its first words. */

import type { Statement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseAlter } from './parse-alter.ts';
import { parseCreate } from './parse-create.ts';
import { parseDelete, parseInsert, parseTruncate, parseUpdate } from './parse-dml.ts';
import { parseDrop } from './parse-drop.ts';
import { parseExportData, parseLoadData } from './parse-files.ts';
import { parseMerge } from './parse-merge.ts';
import {
  parseBegin,
  parseCallProcedure,
  parseCaseStatement,
  parseDeclare,
  parseExecuteImmediate,
  parseIf,
  parseJump,
  parseLabelled,
  parseLoop,
  parseRaise,
  parseSet,
} from './parse-script.ts';
import { parseUnsupported } from './parse-unsupported.ts';

type StatementRule = (p: Cursor) => Statement;

const rules: Readonly<Record<string, StatementRule>> = {
  SELECT: parseQueryStatement,
  WITH: parseQueryStatement,
  FROM: parseQueryStatement,
  '(': parseQueryStatement,
  INSERT: parseInsert,
  UPDATE: parseUpdate,
  DELETE: parseDelete,
  TRUNCATE: parseTruncate,
  MERGE: parseMerge,
  CREATE: parseCreate,
  DROP: parseDrop,
  ALTER: parseAlter,
  ASSERT: parseAssert,
  DECLARE: parseDeclare,
  SET: parseSet,
  IF: parseIf,
  CASE: parseCaseStatement,
  LOOP: (p) => parseLoop(p),
  WHILE: (p) => parseLoop(p),
  REPEAT: (p) => parseLoop(p),
  FOR: (p) => parseLoop(p),
  BEGIN: parseBeginOrTransaction,
  BREAK: parseJump,
  LEAVE: parseJump,
  CONTINUE: parseJump,
  ITERATE: parseJump,
  RETURN: parseJump,
  RAISE: parseRaise,
  EXECUTE: parseExecuteImmediate,
  CALL: parseCallProcedure,
  COMMIT: parseTransaction,
  ROLLBACK: parseTransaction,
  EXPORT: (p) => (p.sees('EXPORT', 'DATA') ? parseExportData(p) : parseUnsupported(p, p.at)),
  LOAD: parseLoadData,
  GRANT: (p) => parseUnsupported(p, p.at),
  REVOKE: (p) => parseUnsupported(p, p.at),
  UNDROP: (p) => parseUnsupported(p, p.at),
};

/** The statement that is next, without its semicolon. */
export function parseStatement(p: Cursor): Statement {
  if (p.seesIdentifier() && p.peek(1).word === ':') return parseLabelled(p);
  const rule = rules[p.peek().word];
  if (rule === undefined) throw p.unexpected();
  return rule(p);
}

function parseQueryStatement(p: Cursor): Statement {
  const { at } = p;
  const query = p.query();
  return { kind: 'query', at, end: p.end, query };
}

function parseAssert(p: Cursor): Statement {
  const at = p.expect('ASSERT').start;
  const condition = p.expression();
  const description = p.accepts('AS') ? p.stringLiteral() : undefined;
  return { kind: 'assert', at, end: p.end, condition, ...(description === undefined ? {} : { description }) };
}

function parseBeginOrTransaction(p: Cursor): Statement {
  const after = p.peek(1).word;
  return after === 'TRANSACTION' || after === ';' || after === '' ? parseTransaction(p) : parseBegin(p);
}

function parseTransaction(p: Cursor): Statement {
  const { start: at, word } = p.next();
  p.accepts('TRANSACTION');
  const action = word === 'COMMIT' ? 'COMMIT' : word === 'ROLLBACK' ? 'ROLLBACK' : 'BEGIN';
  return { kind: 'transaction', at, end: p.end, action };
}
