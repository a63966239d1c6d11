/** WITH: named queries, and those that refer to themselves. */

import type { CommonTable, WithClause } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { WithTable } from '../tree/scan.ts';
import type { QueryScope, VisibleWithTable } from './context.ts';
import { resolveRecursive, unionOf, withoutSelf } from './resolve-recursive.ts';

/** A clause's tables, each behind those that it names, and the scope in which they can be named. */
export interface ResolvedWith {
  readonly tables: readonly WithTable[];
  readonly inner: QueryScope;
}

export function resolveWithClause(clause: WithClause, scope: QueryScope): ResolvedWith {
  return new WithResolver(clause, scope).resolve();
}

/** A clause being resolved: a table sees those before it, and under RECURSIVE, where there is no circle, those behind. */
class WithResolver {
  readonly #clause: WithClause;
  readonly #scope: QueryScope;
  readonly #definitions = new Map<string, CommonTable>();
  readonly #tables: WithTable[] = [];
  readonly #visible = new Map<string, VisibleWithTable>();
  /** Names of tables being resolved, the innermost last. */
  readonly #open: string[] = [];

  constructor(clause: WithClause, scope: QueryScope) {
    this.#clause = clause;
    this.#scope = { ...scope, withTables: { get: (name) => this.#find(name) ?? scope.withTables.get(name) } };
    for (const definition of clause.tables) {
      const lower = definition.name.name.toLowerCase();
      if (this.#definitions.has(lower)) {
        throw new SqlError(`Duplicate alias ${definition.name.name} for WITH subquery`, definition.name.at);
      }
      this.#definitions.set(lower, definition);
    }
  }

  resolve(): ResolvedWith {
    for (const [lower, definition] of this.#definitions) {
      if (!this.#visible.has(lower)) this.#resolveTable(lower, definition);
    }
    return { tables: this.#tables, inner: this.#scope };
  }

  #find(lower: string): VisibleWithTable | undefined {
    const known = this.#visible.get(lower);
    const definition = this.#clause.recursive ? this.#definitions.get(lower) : undefined;
    if (known !== undefined || definition === undefined) return known;
    if (this.#open.includes(lower)) throw this.#circle(lower);
    this.#resolveTable(lower, definition);
    return this.#visible.get(lower);
  }

  #circle(lower: string): SqlError {
    const names = [...this.#open.slice(this.#open.indexOf(lower)), lower].map(
      (one) => this.#definitions.get(one)?.name.name ?? one,
    );
    return new SqlError(`Unsupported WITH entry dependency cycle: ${names.join(' => ')}`, this.#clause.at);
  }

  #resolveTable(lower: string, definition: CommonTable): void {
    this.#open.push(lower);
    const id = this.#scope.analysis.nextId();
    const { resolved: table, chain } = this.#scope.analysis.chained(definition.name.at, () =>
      this.#clause.recursive ? this.#recursive(definition, id) : this.#plain(definition, id),
    );
    this.#open.pop();
    this.#tables.push(table);
    this.#visible.set(lower, { ...visibleTable(table), chain });
  }

  #plain({ name, query }: CommonTable, id: number): WithTable {
    return { id, name: name.name, query: this.#scope.analysis.resolve.query(query, this.#scope), recursive: false };
  }

  /** The tables of a recursive table's own WITH clause become tables of this one: all terms see them. */
  #recursive(definition: CommonTable, id: number): WithTable {
    const { name, query } = definition;
    const own = query.with;
    const hidesSelf = own?.tables.some((table) => table.name.name.toLowerCase() === name.name.toLowerCase()) === true;
    if (own === undefined || hidesSelf || unionOf(query) === undefined) {
      return resolveRecursive(definition, id, this.#scope);
    }
    const { tables, inner } = resolveWithClause(own, withoutSelf(name.name, this.#scope));
    this.#tables.push(...tables);
    const { with: _own, ...rest } = query;
    return resolveRecursive({ ...definition, query: rest }, id, inner);
  }
}

/** A WITH table as FROM sees it. */
function visibleTable({
  id,
  name,
  query,
}: {
  readonly id: number;
  readonly name: string;
  readonly query: QueryTree;
}): VisibleWithTable {
  return {
    table: { id, name },
    columns: query.columns.map((output) => ({ name: output.name, type: output.column.type })),
    valueTable: query.valueTable,
  };
}
