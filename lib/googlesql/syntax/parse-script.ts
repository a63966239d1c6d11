/** Scripting: variables, branches, loops, blocks. */

import type { Expression, Identifier } from './ast-expression.ts';
import type {
  BlockStatement,
  CallStatement,
  CaseStatement,
  DeclareStatement,
  ExecuteImmediateStatement,
  ForStatement,
  IfStatement,
  JumpStatement,
  LoopStatement,
  RaiseStatement,
  SetStatement,
} from './ast-script.ts';
import type { Statement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parsePath } from './parse-primary.ts';
import { parseTableName } from './parse-table-name.ts';
import { parseType } from './parse-type.ts';
import { TokenKind } from './token.ts';

/** Statements, each with its semicolon, up to one of the given keywords. */
function parseBlock(p: Cursor, ...ends: readonly string[]): readonly Statement[] {
  const statements: Statement[] = [];
  while (!ends.includes(p.peek().word)) {
    if (p.peek().kind === TokenKind.end) throw p.unexpected();
    statements.push(p.statement());
    p.expect(';');
  }
  return statements;
}

/** `DECLARE a, b [type] [DEFAULT value]`. */
export function parseDeclare(p: Cursor): DeclareStatement {
  const at = p.expect('DECLARE').start;
  const names = p.list(() => p.identifier());
  const type = p.sees('DEFAULT') ? undefined : parseType(p);
  const value = p.accepts('DEFAULT') ? p.expression() : undefined;
  return {
    kind: 'declare',
    at,
    end: p.end,
    names,
    ...(type === undefined ? {} : { type }),
    ...(value === undefined ? {} : { default: value }),
  };
}

/** `SET a = 1`, `SET (a, b) = …`, `SET @@name = …`. */
export function parseSet(p: Cursor): SetStatement {
  const at = p.expect('SET').start;
  const targets = p.accepts('(') ? closeTargets(p) : [parseTarget(p)];
  p.expect('=');
  const value = p.expression();
  return { kind: 'set', at, end: p.end, targets, value };
}

function closeTargets(p: Cursor): SetStatement['targets'] {
  const targets = p.list(() => parseTarget(p));
  p.expect(')');
  return targets;
}

function parseTarget(p: Cursor): SetStatement['targets'][number] {
  const system = p.accepts('@@');
  return { path: parsePath(p), system };
}

/** `IF condition THEN … [ELSEIF …] [ELSE …] END IF`. */
export function parseIf(p: Cursor): IfStatement {
  const { at } = p;
  const branches: { condition: Expression; body: readonly Statement[] }[] = [];
  while (p.accepts(branches.length === 0 ? 'IF' : 'ELSEIF')) {
    const condition = p.expression();
    p.expect('THEN');
    branches.push({ condition, body: parseBlock(p, 'ELSEIF', 'ELSE', 'END') });
  }
  const otherwise = p.accepts('ELSE') ? parseBlock(p, 'END') : undefined;
  p.expectAll('END', 'IF');
  return { kind: 'if', at, end: p.end, branches, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** `CASE [operand] WHEN … THEN … [ELSE …] END CASE`. */
export function parseCaseStatement(p: Cursor): CaseStatement {
  const at = p.expect('CASE').start;
  const operand = p.sees('WHEN') ? undefined : p.expression();
  const branches: { when: Expression; body: readonly Statement[] }[] = [];
  while (p.accepts('WHEN')) {
    const when = p.expression();
    p.expect('THEN');
    branches.push({ when, body: parseBlock(p, 'WHEN', 'ELSE', 'END') });
  }
  const otherwise = p.accepts('ELSE') ? parseBlock(p, 'END') : undefined;
  p.expectAll('END', 'CASE');
  return {
    kind: 'caseStatement',
    at,
    end: p.end,
    ...(operand === undefined ? {} : { operand }),
    branches,
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

type LoopRule = (p: Cursor) => Omit<LoopStatement, 'kind' | 'at' | 'end'> | Omit<ForStatement, 'kind' | 'at' | 'end'>;

const loops: Readonly<Record<string, LoopRule>> = {
  LOOP: (p) => {
    const body = parseBlock(p, 'END');
    p.expectAll('END', 'LOOP');
    return { form: 'LOOP', body };
  },
  WHILE: (p) => {
    const condition = p.expression();
    p.expect('DO');
    const body = parseBlock(p, 'END');
    p.expectAll('END', 'WHILE');
    return { form: 'WHILE', condition, body };
  },
  REPEAT: (p) => {
    const body = parseBlock(p, 'UNTIL');
    p.expect('UNTIL');
    const condition = p.expression();
    p.expectAll('END', 'REPEAT');
    return { form: 'REPEAT', condition, body };
  },
  FOR: (p) => {
    const variable = p.identifier();
    p.expectAll('IN', '(');
    const query = p.query();
    p.expectAll(')', 'DO');
    const body = parseBlock(p, 'END');
    p.expectAll('END', 'FOR');
    return { variable, query, body };
  },
};

/** LOOP, WHILE, REPEAT or FOR, with its label if it has one. */
export function parseLoop(p: Cursor, label?: Identifier): LoopStatement | ForStatement {
  const at = label?.at ?? p.at;
  const rule = loops[p.peek().word];
  if (rule === undefined) throw p.unexpected();
  p.next();
  const loop = rule(p);
  endLabel(p, label);
  const named = label === undefined ? {} : { label };
  return 'form' in loop
    ? { kind: 'loop', at, end: p.end, ...loop, ...named }
    : { kind: 'forIn', at, end: p.end, ...loop, ...named };
}

function endLabel(p: Cursor, label: Identifier | undefined): void {
  if (label !== undefined && p.seesIdentifier()) p.identifier();
}

/** `BEGIN … [EXCEPTION WHEN ERROR THEN …] END`. */
export function parseBegin(p: Cursor, label?: Identifier): BlockStatement {
  const at = label?.at ?? p.at;
  p.expect('BEGIN');
  const body = parseBlock(p, 'EXCEPTION', 'END');
  const handled = p.accepts('EXCEPTION');
  if (handled) p.expectAll('WHEN', 'ERROR', 'THEN');
  const handler = handled ? parseBlock(p, 'END') : undefined;
  p.expect('END');
  endLabel(p, label);
  return {
    kind: 'block',
    at,
    end: p.end,
    ...(label === undefined ? {} : { label }),
    body,
    ...(handler === undefined ? {} : { handler }),
  };
}

/** A loop or block behind `label:`. */
export function parseLabelled(p: Cursor): Statement {
  const label = p.identifier();
  p.expect(':');
  return p.sees('BEGIN') ? parseBegin(p, label) : parseLoop(p, label);
}

const jumps = { BREAK: 'BREAK', LEAVE: 'BREAK', CONTINUE: 'CONTINUE', ITERATE: 'CONTINUE', RETURN: 'RETURN' } as const;

/** BREAK, LEAVE, CONTINUE, ITERATE, RETURN. */
export function parseJump(p: Cursor): JumpStatement {
  const { start: at, word } = p.next();
  const jump = jumps[word as keyof typeof jumps];
  const label = jump !== 'RETURN' && p.seesIdentifier() ? p.identifier() : undefined;
  return { kind: 'jump', at, end: p.end, jump, ...(label === undefined ? {} : { label }) };
}

/** `RAISE [USING MESSAGE = …]`. */
export function parseRaise(p: Cursor): RaiseStatement {
  const at = p.expect('RAISE').start;
  if (!p.accepts('USING')) return { kind: 'raise', at, end: p.end };
  p.expectAll('MESSAGE', '=');
  const message = p.expression();
  return { kind: 'raise', at, end: p.end, message };
}

/** `EXECUTE IMMEDIATE sql [INTO …] [USING …]`. */
export function parseExecuteImmediate(p: Cursor): ExecuteImmediateStatement {
  const at = p.expect('EXECUTE').start;
  p.expect('IMMEDIATE');
  const sql = p.expression();
  const into = p.accepts('INTO') ? p.list(() => p.identifier()) : [];
  const using = p.accepts('USING')
    ? p.list(() => {
        const value = p.expression();
        return p.accepts('AS') ? { value, alias: p.identifier() } : { value };
      })
    : [];
  return { kind: 'executeImmediate', at, end: p.end, sql, into, using };
}

/** `CALL procedure(…)`. */
export function parseCallProcedure(p: Cursor): CallStatement {
  const at = p.expect('CALL').start;
  const name = parseTableName(p);
  p.expect('(');
  const values = p.sees(')') ? [] : p.list(() => p.expression());
  p.expect(')');
  return { kind: 'callProcedure', at, end: p.end, name, arguments: values };
}
