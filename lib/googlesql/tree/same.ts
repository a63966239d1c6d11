/** Whether two typed expressions compute the same: how GROUP BY recognises its keys. */

import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import { isInterval, type SqlValue } from '../values/sql-value.ts';
import type { Expression } from './expression.ts';

type Node<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** Structural equality; places do not count. Inner queries are only themselves. */
export function sameExpression(a: Expression, b: Expression): boolean {
  return a === b || (a.kind === b.kind && byKind(rules, a, b));
}

/** A rule that compares two nodes of one kind; the caller has seen that the kinds agree. */
function ofKind<Kind extends Expression['kind']>(
  kind: Kind,
  same: (a: Node<Kind>, b: Node<Kind>) => boolean,
): (a: Node<Kind>, b: Expression) => boolean {
  return (a, b) => b.kind === kind && same(a, b as Node<Kind>);
}

const rules: RulesByKind<Expression, [Expression], boolean> = {
  literal: ofKind('literal', (a, b) => a.type.kind === b.type.kind && sameValue(a.value, b.value)),
  parameter: ofKind('parameter', (a, b) => a.key === b.key),
  variable: ofKind('variable', (a, b) => a.name === b.name),
  column: ofKind('column', (a, b) => a.column.id === b.column.id),
  part: ofKind('part', (a, b) => a.part === b.part),
  step: ofKind('step', (a, b) => a.part === b.part && sameExpression(a.count, b.count)),
  field: ofKind('field', (a, b) => a.index === b.index && sameExpression(a.base, b.base)),
  call: ofKind('call', sameCall),
  cast: ofKind('cast', sameCast),
  struct: ofKind('struct', (a, b) => sameList(a.fields, b.fields)),
  array: ofKind('array', (a, b) => sameList(a.elements, b.elements)),
  logical: ofKind('logical', (a, b) => a.operator === b.operator && sameList(a.operands, b.operands)),
  in: ofKind('in', (a, b) => sameExpression(a.operand, b.operand) && sameList(a.items, b.items)),
  case: ofKind('case', sameCase),
  subquery: () => false,
  let: () => false,
};

function sameList(a: readonly Expression[], b: readonly Expression[]): boolean {
  return a.length === b.length && a.every((item, i) => sameOptional(item, b[i]));
}

function sameOptional(a: Expression | undefined, b: Expression | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameExpression(a, b);
}

function sameCall(a: Node<'call'>, b: Node<'call'>): boolean {
  return (
    a.definition === b.definition &&
    a.safe === b.safe &&
    a.overload.signature.text === b.overload.signature.text &&
    sameOptions(a.options, b.options) &&
    sameList(a.arguments, b.arguments)
  );
}

function sameOptions(a: Readonly<Record<string, SqlValue>>, b: Readonly<Record<string, SqlValue>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameValue(a[name] ?? null, b[name] ?? null));
}

function sameCast(a: Node<'cast'>, b: Node<'cast'>): boolean {
  return (
    JSON.stringify(a.type) === JSON.stringify(b.type) &&
    a.safe === b.safe &&
    sameExpression(a.operand, b.operand) &&
    sameOptional(a.format, b.format) &&
    sameOptional(a.timeZone, b.timeZone)
  );
}

function sameCase(a: Node<'case'>, b: Node<'case'>): boolean {
  return (
    sameExpression(a.otherwise, b.otherwise) &&
    a.branches.length === b.branches.length &&
    a.branches.every((branch, i) => {
      const other = b.branches[i];
      return (
        other !== undefined && sameExpression(branch.when, other.when) && sameExpression(branch.result, other.result)
      );
    })
  );
}

/** Whether two constants are the same value. */
function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (isInterval(a)) return isInterval(b) && a.months === b.months && a.days === b.days && a.micros === b.micros;
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  return a.length === b.length && a.every((item: SqlValue, i) => sameValue(item, b[i] as SqlValue));
}
