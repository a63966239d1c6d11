/** CASE, with and without an operand. */

import type { CaseExpression } from '../syntax/ast-expression.ts';
import type { CaseNode, Expression } from '../tree/expression.ts';
import { BOOL, withoutParameters } from '../types/sql-type.ts';
import { commonSupertype } from '../types/supertype.ts';
import { callBuiltin } from './call-builtin.ts';
import { coerce, coerces } from './coerce.ts';
import { referTo, type ExpressionScope } from './context.ts';
import { candidateOf, untypedNull } from './literal.ts';
import { noMatchingSignature } from './signature-error.ts';

/** `CASE [operand] WHEN … THEN … ELSE … END`; an operand is computed once. */
export function resolveCase(node: CaseExpression, scope: ExpressionScope): Expression {
  const { analysis } = scope;
  const resolve = (part: CaseExpression['branches'][number]['when']): Expression =>
    analysis.resolve.expression(part, scope);
  const whens = node.branches.map((branch) => resolve(branch.when));
  const results = node.branches.map((branch) => resolve(branch.result));
  const otherwise = node.otherwise === undefined ? untypedNull : resolve(node.otherwise);
  if (node.operand === undefined) {
    return caseOf(
      whens.map((when, i) => condition(when, scope, node.branches[i]?.when.at ?? node.at)),
      results,
      otherwise,
      { scope, at: node.at },
    );
  }
  const operand = resolve(node.operand);
  const column = analysis.column('', operand.type);
  const reference = isRepeatable(operand) ? operand : referTo(column, node.operand.at);
  const comparisons = whens.map((when, i) =>
    callBuiltin(analysis, '=', [reference, when], { at: node.branches[i]?.when.at ?? node.at }),
  );
  const body = caseOf(comparisons, results, otherwise, { scope, at: node.at });
  return reference === operand ? body : { kind: 'let', type: body.type, bindings: [{ column, value: operand }], body };
}

function isRepeatable(expression: Expression): boolean {
  return expression.kind === 'column' || expression.kind === 'literal' || expression.kind === 'parameter';
}

function condition(value: Expression, scope: ExpressionScope, at: number): Expression {
  if (!coerces(value, BOOL)) throw noMatchingSignature('CASE', [value], [], at);
  return coerce(value, BOOL, { at, timeZone: scope.analysis.options.timeZone });
}

function caseOf(
  whens: readonly Expression[],
  results: readonly Expression[],
  otherwise: Expression,
  { scope, at }: { readonly scope: ExpressionScope; readonly at: number },
): CaseNode {
  const type = commonSupertype([...results, otherwise].map(candidateOf));
  if (type === undefined) throw noMatchingSignature('CASE', [...results, otherwise], [], at);
  const place = { at, timeZone: scope.analysis.options.timeZone };
  const branches = whens.map((when, i) => ({ when, result: coerce(results[i] ?? otherwise, type, place) }));
  return { kind: 'case', type: withoutParameters(type), branches, otherwise: coerce(otherwise, type, place) };
}
