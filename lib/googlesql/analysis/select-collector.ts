/** Gathers the aggregates and window functions that the clauses of one SELECT call. */

import type { Identifier, WindowSpecification } from '../syntax/ast-expression.ts';
import type { NamedWindow } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { AggregateCall, Column, Expression } from '../tree/expression.ts';
import type { WindowCall } from '../tree/scan.ts';
import { INT64 } from '../types/sql-type.ts';
import { referTo, type AggregateCollector, type Analysis, type WindowCollector } from './context.ts';

/** A GROUPING call: its argument must turn out to be a group key. */
export interface GroupingCall {
  readonly column: Column;
  readonly argument: Expression;
  readonly at: number;
}

/** One SELECT's calls; every call is a column of the aggregate or window scan to come. */
export class SelectCollector implements AggregateCollector, WindowCollector {
  readonly aggregates: { readonly column: Column; readonly call: AggregateCall }[] = [];
  readonly windows: { readonly column: Column; readonly call: WindowCall }[] = [];
  readonly groupings: GroupingCall[] = [];
  readonly #collected = new Map<number, 'aggregate' | 'window' | 'grouping'>();
  readonly #analysis: Analysis;
  readonly #named: readonly NamedWindow[];

  constructor(analysis: Analysis, named: readonly NamedWindow[]) {
    this.#analysis = analysis;
    this.#named = named;
  }

  add(call: AggregateCall | WindowCall): Expression {
    const column = this.#analysis.column('', call.type);
    if ('partitionBy' in call) this.windows.push({ column, call });
    else this.aggregates.push({ column, call });
    this.#collected.set(column.id, 'partitionBy' in call ? 'window' : 'aggregate');
    return referTo(column, 0);
  }

  grouping(argument: Expression, at: number): Expression {
    const column = this.#analysis.column('', INT64);
    this.groupings.push({ column, argument, at });
    this.#collected.set(column.id, 'grouping');
    return referTo(column, at);
  }

  find(name: Identifier): WindowSpecification {
    const lower = name.name.toLowerCase();
    const window = this.#named.find((one) => one.name.name.toLowerCase() === lower);
    if (window === undefined) throw new SqlError(`Unrecognized window alias ${name.name}`, name.at);
    return window.specification;
  }

  /** Whether a column is the value of a call that has been gathered. */
  has({ id }: Column): boolean {
    return this.#collected.has(id);
  }

  isAggregate({ id }: Column): boolean {
    return this.#collected.get(id) === 'aggregate';
  }

  isWindow({ id }: Column): boolean {
    return this.#collected.get(id) === 'window';
  }
}
