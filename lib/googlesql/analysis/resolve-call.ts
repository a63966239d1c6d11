/** Function calls: which function a name means, and its arguments. */

import type { FunctionCall, NamedArgument } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import { findCallable, functionNames } from '../functions/functions.ts';
import { isUnsupported } from '../functions/unsupported.ts';
import type { FunctionDefinition, ScalarDefinition } from '../functions/definition.ts';
import type { Expression } from '../tree/expression.ts';
import type { SqlValue } from '../values/sql-value.ts';
import { callDefinition } from './call-builtin.ts';
import { suggestion } from './closest-name.ts';
import type { ExpressionScope } from './context.ts';
import { datePartOf } from './date-part.ts';
import { resolveAggregate, resolveGrouping } from './resolve-aggregate.ts';
import { resolveStep } from './resolve-date-part.ts';
import { resolveRoutine } from './resolve-routine.ts';
import { resolveWindowCall } from './resolve-window.ts';

/** The call of a built-in or of a function of the catalog. */
export function resolveCall(node: FunctionCall, scope: ExpressionScope): Expression {
  const { name, safe } = nameOf(node);
  if (name === 'GROUPING') return resolveGrouping(node, scope);
  const definition = node.path.length - (safe ? 1 : 0) <= 2 ? findCallable(name) : undefined;
  if (definition === undefined) return resolveRoutine(node, scope) ?? unknown(node, name);
  if (definition.kind === 'scalar') return resolveScalar(node, definition, scope, safe);
  if (node.over !== undefined) return resolveWindowCall(node, definition, scope, safe);
  return resolveAggregate(node, definition, scope, safe);
}

function nameOf(node: FunctionCall): { readonly name: string; readonly safe: boolean } {
  const parts = node.path.map((part) => part.name.toUpperCase());
  const safe = parts.length > 1 && parts[0] === 'SAFE';
  return { name: (safe ? parts.slice(1) : parts).join('.'), safe };
}

function unknown(node: FunctionCall, name: string): never {
  const shown = node.path.map((part) => part.name).join('.');
  if (isUnsupported(name)) throw new SqlError(`Function ${name} is not supported locally`, node.at, 'notImplemented');
  // What is in a dataset is not mistaken for a built-in.
  const meant = node.path.length === 1 ? suggestion(name, functionNames()) : '';
  throw new SqlError(`Function not found: ${shown}${meant}`, node.at);
}

function resolveScalar(
  node: FunctionCall,
  definition: ScalarDefinition,
  scope: ExpressionScope,
  safe: boolean,
): Expression {
  refuseModifiers(node, definition);
  const placed = placeNamed(node, definition);
  const list = resolveArguments(placed, definition, scope);
  return callDefinition(scope.analysis, definition, list, {
    at: node.at,
    safe,
    options: resolveOptions(placed.namedArguments, definition, scope),
  });
}

/** The call with arguments that are named, but have a position, in their places; what is left out between is 0. */
function placeNamed(node: FunctionCall, definition: FunctionDefinition): FunctionCall {
  const names = definition.overloads[0]?.signature.positional.map(({ called }) => called) ?? [];
  if (node.namedArguments.length === 0 || names.every((name) => name === undefined)) return node;
  const list = [...node.arguments];
  const rest: NamedArgument[] = [];
  for (const argument of node.namedArguments) {
    const position = names.indexOf(argument.name.name.toLowerCase());
    if (position < 0) rest.push(argument);
    else if (position < node.arguments.length) {
      throw new SqlError(`Named argument ${argument.name.name} is given by position too`, argument.name.at);
    } else list[position] = argument.value;
  }
  const zero = { kind: 'int', at: node.at, text: '0' } as const;
  return { ...node, arguments: Array.from(list, (argument) => argument ?? zero), namedArguments: rest };
}

function refuseModifiers(node: FunctionCall, definition: FunctionDefinition): void {
  const { name } = definition;
  if (node.over !== undefined) throw new SqlError(`Function ${name} does not support an OVER clause`, node.at);
  if (node.distinct) throw new SqlError(`Function ${name} does not support DISTINCT in arguments`, node.at);
  if (node.nulls !== undefined) {
    throw new SqlError(`IGNORE NULLS and RESPECT NULLS are not supported on scalar functions`, node.at);
  }
  if (node.orderBy.length > 0 || node.limit !== undefined || node.having !== undefined) {
    throw new SqlError(`ORDER BY, LIMIT and HAVING are not supported in arguments of scalar function ${name}`, node.at);
  }
}

/** The positional arguments; date parts and `INTERVAL n part` where the function takes them. */
function resolveArguments(
  node: FunctionCall,
  definition: FunctionDefinition,
  scope: ExpressionScope,
): readonly Expression[] {
  return node.arguments.map((argument, i) => {
    if (takes(definition, i, 'part')) {
      const part = datePartOf(argument);
      if (part !== undefined) return part;
    }
    if (argument.kind === 'interval' && takes(definition, i, 'step')) return resolveStep(argument, scope);
    return scope.analysis.resolve.expression(argument, scope);
  });
}

function takes(definition: FunctionDefinition, index: number, kind: 'part' | 'step'): boolean {
  return definition.overloads.some(({ signature }) => signature.parameters[index]?.pattern.kind === kind);
}

/** Named arguments, which must be constants that some overload knows. */
function resolveOptions(
  list: readonly NamedArgument[],
  definition: FunctionDefinition,
  scope: ExpressionScope,
): Readonly<Record<string, SqlValue>> {
  const options: Record<string, SqlValue> = {};
  for (const { name, value } of list) {
    const lower = name.name.toLowerCase();
    const known = definition.overloads.some(({ signature }) => signature.parameters.some((one) => one.name === lower));
    if (!known)
      throw new SqlError(
        `Named argument ${name.name} not found in signature for call to function ${definition.name}`,
        name.at,
      );
    const resolved = scope.analysis.resolve.expression(value, scope);
    if (resolved.kind !== 'literal') {
      throw new SqlError(
        `Argument ${name.name} of ${definition.name} must be a literal here; other values are not supported locally`,
        value.at,
        'notImplemented',
      );
    }
    options[lower] = resolved.value;
  }
  return options;
}
