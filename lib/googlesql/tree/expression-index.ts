/** Finds expressions that compute the same among many, without comparing with each of them. */

import type { SqlValue } from '../values/sql-value.ts';
import type { Expression } from './expression.ts';
import { sameExpression } from './same.ts';

/** Things filed under expressions. */
export class ExpressionIndex<T> {
  readonly #byDigest = new Map<number, { readonly expression: Expression; readonly value: T }[]>();

  /** What is filed under an expression that computes the same; of several the first. */
  find(expression: Expression): T | undefined {
    const near = this.#byDigest.get(digestOf(expression));
    return near?.find((one) => sameExpression(one.expression, expression))?.value;
  }

  add(expression: Expression, value: T): void {
    const digest = digestOf(expression);
    const near = this.#byDigest.get(digest);
    if (near === undefined) this.#byDigest.set(digest, [{ expression, value }]);
    else near.push({ expression, value });
  }
}

const digests = new WeakMap<Expression, number>();

/** A number that expressions which compute the same have in common. */
function digestOf(expression: Expression): number {
  const before = digests.get(expression);
  if (before !== undefined) return before;
  const digest = computeDigest(expression);
  digests.set(expression, digest);
  return digest;
}

function computeDigest(node: Expression): number {
  switch (node.kind) {
    case 'literal':
      return mixText(1, valueText(node.value));
    case 'column':
      return mix(2, node.column.id);
    case 'parameter':
      return mixText(3, node.key);
    case 'field':
      return mix(mix(4, node.index), digestOf(node.base));
    case 'call':
      return mixAll(mixText(5, node.definition.name), node.arguments);
    case 'cast':
      return mixAll(mixText(6, node.type.kind), [node.operand]);
    case 'struct':
      return mixAll(7, node.fields);
    case 'array':
      return mixAll(8, node.elements);
    case 'logical':
      return mixAll(mixText(9, node.operator), node.operands);
    case 'in':
      return mixAll(10, [node.operand, ...node.items]);
    case 'case':
      return mixAll(11, [node.otherwise, ...node.branches.map(({ result }) => result)]);
    default:
      return mixText(12, node.kind);
  }
}

function valueText(value: SqlValue): string {
  return typeof value === 'object' ? '' : String(value);
}

function mixAll(start: number, parts: readonly Expression[]): number {
  return parts.reduce((digest, part) => mix(digest, digestOf(part)), start);
}

function mixText(start: number, text: string): number {
  let digest = start;
  for (let i = 0; i < text.length; i++) digest = mix(digest, text.charCodeAt(i));
  return digest;
}

/** One step of FNV-1a over whole numbers. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function mix(digest: number, part: number): number {
  return Math.imul(digest ^ part, 16_777_619);
}
