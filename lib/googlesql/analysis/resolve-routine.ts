/** Calls of functions of the catalog: SQL functions are looked through. */

import type { Expression as SyntaxExpression, FunctionCall, PathName } from '../syntax/ast-expression.ts';
import { given } from '../syntax/given.ts';
import { parseExpressionOrThrow } from '../syntax/parse.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Column, Expression } from '../tree/expression.ts';
import { typeName } from '../types/sql-type.ts';
import { pathText, type CatalogRoutine, type Found, type ObjectPath } from './catalog.ts';
import { coerce, coerces } from './coerce.ts';
import { referTo, type Analysis, type ExpressionScope } from './context.ts';
import { scopeOfExpressions } from './names.ts';
import { callRemote } from './resolve-remote.ts';

/** The call of a catalog function; undefined when there is none of that name. */
export function resolveRoutine(node: FunctionCall, scope: ExpressionScope): Expression | undefined {
  const { analysis } = scope;
  const found = findRoutine(node.path, analysis);
  if (found.kind !== 'found' || found.value.kind === 'table') return undefined;
  const routine = found.value;
  analysis.routines.set(pathText(routine.path), routine);
  const values = resolveValues(node, routine, scope);
  if (routine.kind === 'remote') return callRemote(routine, values, { analysis, at: node.at });
  return analysis.inside(`Function ${pathText(routine.path)}`, () => expand(routine, values, node, analysis));
}

/** What a routine's name stands for; a temporary function hides one of the default dataset. */
export function findRoutine(path: PathName, analysis: Analysis): Found<CatalogRoutine> {
  const name = path[0]?.name ?? '';
  if (path.length === 1 && !name.includes('.')) {
    const temporary = analysis.catalog.findRoutine({ project: '', dataset: '', name });
    if (temporary.kind === 'found') return temporary;
  }
  return analysis.catalog.findRoutine(routinePath(path, analysis));
}

/** The full name of a routine; without a dataset when it needs a default dataset and there is none. */
export function routinePath(path: PathName, analysis: Analysis): ObjectPath {
  const parts = path.flatMap((part) => part.name.split('.'));
  const name = parts.at(-1) ?? '';
  if (parts.length === 1) {
    const dataset = analysis.options.defaultDataset;
    return { project: dataset?.project ?? '', dataset: dataset?.dataset ?? '', name };
  }
  const project = parts.length > 2 ? parts.slice(0, -2).join('.') : analysis.options.project;
  return { project, dataset: parts.at(-2) ?? '', name };
}

function resolveValues(node: FunctionCall, routine: CatalogRoutine, scope: ExpressionScope): readonly Expression[] {
  const { parameters } = routine;
  if (node.arguments.length !== parameters.length) {
    throw new SqlError(
      `No matching signature for function ${routine.path.name}\n  Signature: ${routine.path.name}(${parameters.map((one) => `${one.name}${one.type === undefined ? '' : ` ${typeName(one.type)}`}`).join(', ')})\n    Signature requires ${parameters.length} argument${parameters.length === 1 ? '' : 's'}, found ${node.arguments.length} argument${node.arguments.length === 1 ? '' : 's'}`,
      node.at,
    );
  }
  return node.arguments.map((argument, i) => {
    const value = scope.analysis.resolve.expression(argument, scope);
    const type = parameters[i]?.type;
    if (type === undefined) return value;
    if (!coerces(value, type)) {
      throw new SqlError(
        `No matching signature for function ${routine.path.name}\n  Argument ${i + 1}: Unable to coerce type ${typeName(value.type)} to expected type ${typeName(type)}`,
        argument.at,
      );
    }
    return coerce(value, type, { at: argument.at, timeZone: scope.analysis.options.timeZone });
  });
}

/** The function's body with its parameters bound to the arguments' values. */
function expand(
  routine: CatalogRoutine,
  values: readonly Expression[],
  node: FunctionCall,
  analysis: Analysis,
): Expression {
  const bindings: { column: Column; value: Expression }[] = values.map((value, i) => ({
    column: analysis.column(routine.parameters[i]?.name ?? '', value.type),
    value,
  }));
  const names = scopeOfExpressions(
    bindings.map(({ column }) => ({ name: column.name, expression: referTo(column, node.at) })),
  );
  const body = resolveBody(routine, { analysis, names, withTables: new Map(), clause: 'function body' }, node.at);
  const effect = given({ effect: routine.effect });
  return bindings.length === 0 ? body : { kind: 'let', type: body.type, bindings, body, ...effect };
}

const parsed = new WeakMap<CatalogRoutine, SyntaxExpression>();

function parsedBody(routine: CatalogRoutine): SyntaxExpression {
  const before = parsed.get(routine);
  if (before !== undefined) return before;
  const body = parseExpressionOrThrow(routine.body);
  parsed.set(routine, body);
  return body;
}

/** Places inside the body are not places of the query: errors point at the call. */
function resolveBody(routine: CatalogRoutine, scope: ExpressionScope, at: number): Expression {
  try {
    const body = scope.analysis.resolve.expression(parsedBody(routine), scope);
    if (routine.returns === undefined) return body;
    if (!coerces(body, routine.returns)) {
      throw new SqlError(
        `Function declared to return ${typeName(routine.returns)} but the function body produces incompatible type ${typeName(body.type)}`,
      );
    }
    return coerce(body, routine.returns, { at, timeZone: scope.analysis.options.timeZone });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new SqlError(`Error in body of function ${pathText(routine.path)}: ${error.message}`, at, error.reason);
  }
}
