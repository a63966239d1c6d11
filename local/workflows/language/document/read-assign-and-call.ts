/** Reads `assign` and `call` steps, and the places that they put values into. */
import { parseExpression } from '../expressions/parser.ts';
import type { Syntax } from '../expressions/syntax.ts';
import { ExpressionError } from '../expressions/tokens.ts';
import { LIMITS } from '../limits.ts';
import type { Position } from '../problems.ts';
import type { Action, Assignment, CallAction, NamedArgument, Target } from '../program.ts';
import { checkNamed } from './check-call.ts';
import { compileSyntax } from './compile-expression.ts';
import { compileTemplate, expressionText } from './compile-template.ts';
import { changeVariable, problem, writeVariable, type Context } from './context.ts';
import { expectList, expectMap, expectSingle, expectString, isVariableName, type Fields } from './read-fields.ts';
import type { MapEntry } from './source.ts';

export function readAssign(entry: MapEntry, context: Context): Action {
  const items = expectList(entry, context)?.items ?? [];
  if (items.length === 0 || items.length > LIMITS.assignments) {
    problem(context, entry.position, `'assign' must list 1 to ${LIMITS.assignments} assignments, not ${items.length}`);
  }
  const assignments: Assignment[] = [];
  for (const item of items) {
    const single = expectSingle(item, 'an assignment', context);
    if (single === undefined) continue;
    const value = compileTemplate(single.value, context);
    const target = readTarget(single.key, single.position, context);
    if (target !== undefined) assignments.push({ target, value, position: single.position });
  }
  const suspends = assignments.some(({ target, value }) => value.suspends || target.path.some((code) => code.suspends));
  return { kind: 'assign', assignments, suspends };
}

/** `a`, `a.b`, `a["k"]`, `a[i].c`: what can stand left of the colon, and under `result`. */
function readTarget(text: string, position: Position, context: Context): Target | undefined {
  try {
    const { root, keys } = targetParts(parseExpression(expressionText(text) ?? text), text);
    if (!isVariableName(root, position, context)) return undefined;
    const path = keys.map((key) => compileSyntax(key, { position, textAt: position }, context));
    const use = { name: root, position };
    return { variable: path.length === 0 ? writeVariable(context, use) : changeVariable(context, use), path };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problem(context, position, `parse error: '${text}' is no variable or part of one: ${error.message}`);
    return undefined;
  }
}

function targetParts(syntax: Syntax, text: string): { root: string; keys: Syntax[] } {
  if (syntax.kind === 'name') return { root: syntax.name, keys: [] };
  if (syntax.kind !== 'member') throw new ExpressionError(0, `cannot assign to ${text}`);
  const { root, keys } = targetParts(syntax.object, text);
  return { root, keys: [...keys, syntax.key] };
}

export function readCall(entry: MapEntry, fields: Fields, context: Context): Action {
  const name = expectString(entry.value, 'call', context);
  const args = readArguments(fields.get('args'), context);
  const resultEntry = fields.get('result');
  const resultName = resultEntry === undefined ? undefined : expectString(resultEntry.value, 'result', context);
  const callable = name === undefined ? undefined : checkNamed(context, { name, args, position: entry.value.position });
  const result =
    resultEntry === undefined || resultName === undefined
      ? undefined
      : readTarget(resultName, resultEntry.value.position, context);
  if (callable === undefined) return { kind: 'none' };
  const call: CallAction = { kind: 'call', target: callable.target, args, result, position: entry.position };
  return call;
}

function readArguments(entry: MapEntry | undefined, context: Context): (NamedArgument & { position: Position })[] {
  if (entry === undefined) return [];
  const map = expectMap(entry, context);
  return (map?.entries ?? []).map((arg) => ({
    name: arg.key,
    value: compileTemplate(arg.value, context),
    position: arg.position,
  }));
}
