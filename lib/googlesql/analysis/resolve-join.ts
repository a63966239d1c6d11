/** Joins: conditions, USING, and the names on both sides. */

import type { Identifier } from '../syntax/ast-expression.ts';
import type { JoinItem, JoinKind } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import type { JoinScan, Scan } from '../tree/scan.ts';
import { BOOL } from '../types/sql-type.ts';
import { callBuiltin } from './call-builtin.ts';
import { referTo, type QueryScope } from './context.ts';
import { columnIds } from './grouping.ts';
import { scopeOf, type NamedColumn, type NameList } from './names.ts';
import { trueLiteral } from './literal.ts';
import type { Relation } from './relation.ts';
import { resolveCondition } from './resolve-condition.ts';
import { refersTo } from './refers-to.ts';

/** A join as pipe JOIN and FROM both have it. */
export type JoinWords = Pick<JoinItem, 'at' | 'join' | 'on' | 'using'>;

/** Two relations joined. */
export function resolveJoin(words: JoinWords, left: Relation, right: Relation, scope: QueryScope): Relation {
  checkCondition(words, right);
  const lateral = refersTo(right.scan, columnIds(left.names));
  if (lateral && (words.join === 'RIGHT' || words.join === 'FULL')) {
    throw new SqlError(`Array scan is not allowed with ${words.join} JOIN: it refers to the left side`, words.at);
  }
  const join = words.join === 'COMMA' ? 'CROSS' : words.join;
  const base: Omit<JoinScan, 'condition'> = { kind: 'join', join, left: left.scan, right: right.scan, lateral };
  if (words.using !== undefined) return joinUsing(words.using, base, { left, right }, scope);
  const names = concatNames(left.names, right.names);
  if (words.on === undefined) {
    if (join !== 'INNER' && join !== 'LEFT') return { scan: base, names };
    return { scan: { ...base, condition: trueLiteral }, names };
  }
  const condition = resolveCondition(words.on, {
    ...scope,
    names: scopeOf(names, scope.outer),
    clause: 'JOIN ON clause',
  });
  return { scan: { ...base, condition }, names };
}

function checkCondition({ join, on, using, at }: JoinWords, right: Relation): void {
  const free = join === 'CROSS' || join === 'COMMA';
  // The elements of an array may be joined without a condition.
  if (right.scan.kind === 'unnest' && (join === 'INNER' || join === 'LEFT')) return;
  if (free && (on !== undefined || using !== undefined)) {
    throw new SqlError(`${on === undefined ? 'USING' : 'ON'} clause cannot be used with CROSS JOIN`, at);
  }
  if (!free && on === undefined && using === undefined) {
    throw new SqlError(`${joinName(join)} must have an immediately following ON or USING clause`, at);
  }
}

function joinName(join: JoinKind): string {
  return join === 'INNER' ? 'INNER JOIN' : `${join} OUTER JOIN`;
}

/** Names of both sides; an alias may be used once. */
export function concatNames(left: NameList, right: NameList): NameList {
  // Elements of arrays and their offsets may share a name, which is then ambiguous.
  const aliases = new Map(left.ranges.map((range) => [range.name.toLowerCase(), range]));
  for (const range of right.ranges) {
    const same = aliases.get(range.name.toLowerCase());
    if (same !== undefined && (same.row === undefined || range.row === undefined)) {
      throw new SqlError(`Duplicate table alias ${range.name} in the same FROM clause`);
    }
  }
  return {
    columns: [...left.columns, ...right.columns],
    pseudo: [...left.pseudo, ...right.pseudo],
    ranges: [...left.ranges, ...right.ranges],
    rows: [...left.rows, ...right.rows],
  };
}

interface Sides {
  readonly left: Relation;
  readonly right: Relation;
}

interface UsingColumn {
  readonly merged: NamedColumn;
  readonly left: NamedColumn;
  readonly right: NamedColumn;
  readonly condition: Expression;
  /** How the merged column is computed, when it is not simply one side's. */
  readonly value?: Expression;
}

function joinUsing(
  using: readonly Identifier[],
  base: Omit<JoinScan, 'condition'>,
  sides: Sides,
  scope: QueryScope,
): Relation {
  const columns = using.map((name) => usingColumn(name, base.join, sides, scope));
  const conditions = columns.map((column) => column.condition);
  const [first] = conditions;
  const condition: Expression =
    conditions.length === 1 && first !== undefined
      ? first
      : { kind: 'logical', type: BOOL, operator: 'AND', operands: conditions };
  const joined: Scan = { ...base, condition };
  const computed = columns.flatMap(({ merged, value }) =>
    value === undefined ? [] : [{ column: merged.column, value }],
  );
  const scan: Scan = computed.length === 0 ? joined : { kind: 'project', input: joined, computed };
  const names = concatNames(sides.left.names, sides.right.names);
  const hidden = new Set(columns.flatMap(({ left, right }) => [left.column.id, right.column.id]));
  const rest = names.columns.filter(({ column }) => !hidden.has(column.id));
  const ranges = names.ranges.filter(({ row }) => row === undefined || !hidden.has(row.id));
  const rows = names.rows.filter(({ id }) => !hidden.has(id));
  return { scan, names: { ...names, columns: [...columns.map((column) => column.merged), ...rest], ranges, rows } };
}

function usingColumn(name: Identifier, join: JoinScan['join'], sides: Sides, scope: QueryScope): UsingColumn {
  const left = findColumn(name, sides.left.names, 'left');
  const right = findColumn(name, sides.right.names, 'right');
  const values = [referTo(left.column, name.at), referTo(right.column, name.at)] as const;
  const condition = callBuiltin(scope.analysis, '=', values, { at: name.at });
  if (join === 'RIGHT') return { merged: { name: name.name, column: right.column }, left, right, condition };
  if (join !== 'FULL') return { merged: { name: name.name, column: left.column }, left, right, condition };
  const value = callBuiltin(scope.analysis, 'COALESCE', values, { at: name.at });
  const merged: NamedColumn = { name: name.name, column: scope.analysis.column(name.name, value.type) };
  return { merged, left, right, condition, value };
}

function findColumn(name: Identifier, names: NameList, side: 'left' | 'right'): NamedColumn {
  const lower = name.name.toLowerCase();
  const [found, second] = names.columns.filter((column) => column.name.toLowerCase() === lower);
  if (found === undefined) {
    throw new SqlError(`Column ${name.name} in USING clause not found on ${side} side of join`, name.at);
  }
  if (second !== undefined && second.column.id !== found.column.id) {
    throw new SqlError(`Column ${name.name} in USING clause is ambiguous on ${side} side of join`, name.at);
  }
  return found;
}
