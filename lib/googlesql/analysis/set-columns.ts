/** Which columns of its inputs a set operation pairs: by position, or by name. */

import type { Identifier } from '../syntax/ast-expression.ts';
import type { SetMatching, SetOperation } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { OutputColumn, QueryTree } from '../tree/expression.ts';

/** For each output column: its name, and the column of each input; undefined where an input has none. */
export interface PairedColumn {
  readonly name: string;
  readonly inputs: readonly (OutputColumn | undefined)[];
}

/** The pairing that the operation asks for. */
export function pairColumns(operation: SetOperation, trees: readonly QueryTree[]): readonly PairedColumn[] {
  return operation.matching.by === 'POSITION' ? pairByPosition(operation, trees) : pairByName(operation, trees);
}

/** `UNION ALL`, as messages name the operation. */
export function operationName({ operator, distinct }: SetOperation): string {
  return `${operator} ${distinct ? 'DISTINCT' : 'ALL'}`;
}

function pairByPosition(operation: SetOperation, trees: readonly QueryTree[]): readonly PairedColumn[] {
  const [first] = trees;
  if (first === undefined) throw new Error('a set operation has inputs');
  for (const [i, tree] of trees.entries()) {
    if (tree.columns.length === first.columns.length) continue;
    throw new SqlError(
      `Queries in ${operationName(operation)} have mismatched column count; query 1 has ${count(first)}, query ${i + 1} has ${count(tree)}`,
      operation.inputs[i]?.at,
    );
  }
  return first.columns.map(({ name }, i) => ({ name, inputs: trees.map((tree) => tree.columns[i]) }));
}

function count({ columns }: QueryTree): string {
  return `${columns.length} column${columns.length === 1 ? '' : 's'}`;
}

type Mode = 'STRICT' | 'INNER' | 'LEFT' | 'FULL';

function modeOf({ by, mode }: SetMatching): Mode {
  if (mode !== 'DEFAULT') return mode;
  return by === 'NAME' ? 'STRICT' : 'INNER';
}

function pairByName(operation: SetOperation, trees: readonly QueryTree[]): readonly PairedColumn[] {
  const inputs = trees.map((tree, i) => byLowerName(tree, operation, operation.inputs[i]?.at));
  const mode = modeOf(operation.matching);
  const { columns: list } = operation.matching;
  if (list !== undefined) checkList(list);
  const names =
    list === undefined ? sharedNames(mode, trees, inputs, operation) : listedNames(list, mode, inputs, operation);
  if (names.length === 0)
    throw new SqlError(`There are no common columns between the inputs of ${operationName(operation)}`, operation.at);
  return names.map((name) => ({ name, inputs: inputs.map((input) => input.get(name.toLowerCase())) }));
}

type ByName = ReadonlyMap<string, OutputColumn>;

function byLowerName(tree: QueryTree, operation: SetOperation, at: number | undefined): ByName {
  if (tree.valueTable) {
    throw new SqlError(`Value table type not allowed in set operations when CORRESPONDING or BY NAME is used`, at);
  }
  const names = new Map<string, OutputColumn>();
  for (const output of tree.columns) {
    if (output.name === '') {
      throw new SqlError(
        `Anonymous columns are not allowed in set operations when CORRESPONDING or BY NAME is used`,
        at,
      );
    }
    const lower = output.name.toLowerCase();
    if (names.has(lower)) {
      throw new SqlError(`Duplicate column name ${output.name} in an input of ${operationName(operation)} by name`, at);
    }
    names.set(lower, output);
  }
  return names;
}

function checkList(list: readonly Identifier[]): void {
  const seen = new Set<string>();
  for (const { name, at } of list) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw new SqlError(`Duplicate identifiers are not allowed in the column list: ${name}`, at);
    seen.add(lower);
  }
}

function sharedNames(
  mode: Mode,
  trees: readonly QueryTree[],
  inputs: readonly ByName[],
  operation: SetOperation,
): readonly string[] {
  const first = trees[0]?.columns.map(({ name }) => name) ?? [];
  const inAll = (name: string): boolean => inputs.every((input) => input.has(name.toLowerCase()));
  switch (mode) {
    case 'INNER':
      return first.filter(inAll);
    case 'LEFT':
      if (!inputs.slice(1).every((input) => first.some((name) => input.has(name.toLowerCase())))) return [];
      return first;
    case 'FULL':
      return [
        ...new Map(
          trees.flatMap((tree) => tree.columns.map(({ name }) => [name.toLowerCase(), name] as const)).reverse(),
        ).entries(),
      ]
        .reverse()
        .map(([, name]) => name);
    case 'STRICT':
      if (!first.every(inAll) || inputs.some((input) => input.size !== first.length)) {
        throw new SqlError(
          `The inputs of ${operationName(operation)} by name do not have the same column names`,
          operation.at,
        );
      }
      return first;
  }
}

function listedNames(
  list: readonly Identifier[],
  mode: Mode,
  inputs: readonly ByName[],
  operation: SetOperation,
): readonly string[] {
  const needed = mode === 'LEFT' ? inputs.slice(0, 1) : mode === 'FULL' ? [] : inputs;
  for (const { name, at } of list) {
    const lower = name.toLowerCase();
    if (!needed.every((input) => input.has(lower)) || !inputs.some((input) => input.has(lower))) {
      throw new SqlError(
        `Column ${name} in the column list does not exist in every input of ${operationName(operation)}`,
        at,
      );
    }
  }
  return list.map(({ name }) => name);
}
