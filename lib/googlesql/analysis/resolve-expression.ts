/** Expressions: one rule for each kind of syntax node. */

import type { Expression as SyntaxExpression } from '../syntax/ast-expression.ts';
import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { BOOL, BYTES, STRING } from '../types/sql-type.ts';
import type { ExpressionScope } from './context.ts';
import { literal, untypedNull } from './literal.ts';
import { resolveCall } from './resolve-call.ts';
import { resolveCase } from './resolve-case.ts';
import { resolveArray, resolveStruct } from './resolve-constructor.ts';
import { resolveCast, resolveTypedLiteral } from './resolve-cast.ts';
import { resolveExtract, resolveInterval } from './resolve-date-part.ts';
import { resolveFloat, resolveInt } from './resolve-number.ts';
import { resolveField, resolveIndex } from './resolve-field.ts';
import {
  resolveBetween,
  resolveBinary,
  resolveIn,
  resolveIs,
  resolveIsDistinct,
  resolveLike,
  resolveLogical,
  resolveQuantifiedLike,
  resolveUnary,
} from './resolve-operator.ts';
import { resolveParameter, resolvePath } from './resolve-path.ts';
import { resolveSubquery, resolveWith } from './resolve-subquery.ts';

/** The typed expression that a syntax node means in its place. */
export function resolveExpression(node: SyntaxExpression, scope: ExpressionScope): Expression {
  return scope.analysis.deeper(node.at, () => byKind(rules, node, scope));
}

const rules: RulesByKind<SyntaxExpression, [ExpressionScope], Expression> = {
  null: () => untypedNull,
  bool: (node) => literal(BOOL, node.value),
  int: (node) => resolveInt(node.text, node.at),
  float: (node) => resolveFloat(node.text, node.at),
  string: (node) => literal(STRING, node.value),
  bytes: (node) => literal(BYTES, node.value),
  typedLiteral: resolveTypedLiteral,
  parameter: resolveParameter,
  systemVariable: (node, { analysis }) => {
    const name = `@@${node.path.map((part) => part.name).join('.')}`;
    const type = analysis.options.variables.get(name.toLowerCase());
    if (type !== undefined) return { kind: 'variable', type, name: name.toLowerCase() };
    throw new SqlError(`System variable ${name} is not supported locally`, node.at, 'notImplemented');
  },
  path: resolvePath,
  field: resolveField,
  index: resolveIndex,
  unary: resolveUnary,
  binary: resolveBinary,
  logical: resolveLogical,
  is: resolveIs,
  isDistinct: resolveIsDistinct,
  between: resolveBetween,
  in: resolveIn,
  like: resolveLike,
  quantifiedLike: resolveQuantifiedLike,
  case: resolveCase,
  call: resolveCall,
  star: (node) => {
    throw new SqlError('Argument * can only be used in COUNT(*)', node.at);
  },
  interval: resolveInterval,
  cast: resolveCast,
  extract: resolveExtract,
  array: resolveArray,
  struct: resolveStruct,
  subquery: resolveSubquery,
  with: resolveWith,
  lambda: (node) => {
    throw new SqlError('Lambda expressions are not supported', node.at);
  },
  default: (node) => {
    throw new SqlError('Unexpected keyword DEFAULT', node.at);
  },
};
