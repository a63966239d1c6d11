/** Writes function definitions compactly: a table from names to overloads, each a signature with its template. */

import type {
  AggregateDefinition,
  AggregateModifier,
  AggregateOverload,
  AggregateTemplate,
  ArgumentRoles,
  LargeTemplate,
  ScalarDefinition,
  ScalarTemplate,
} from './definition.ts';
import { parseSignature } from './signature.ts';

type ScalarOverloads = Readonly<Record<string, ScalarTemplate>>;

/** Overloads, or how arguments reach the result followed by the overloads. */
type ScalarEntry = ScalarOverloads | readonly [ArgumentRoles, ScalarOverloads];

/** Scalar functions, or operators. */
export function scalars(table: Readonly<Record<string, ScalarEntry>>): readonly ScalarDefinition[] {
  return Object.entries(table).map(([name, entry]) => {
    const [roles, overloads] = isPair(entry) ? entry : [{}, entry];
    return {
      ...roles,
      name,
      kind: 'scalar',
      overloads: Object.entries(overloads).map(([text, template]) => ({ signature: parseSignature(text), template })),
    };
  });
}

function isPair(entry: ScalarEntry): entry is readonly [ArgumentRoles, ScalarOverloads] {
  return Array.isArray(entry);
}

/** One behind the other, by `large` where much comes together. */
export function joining(large: string): LargeTemplate {
  return { native: (texts) => `(${texts.join(' || ')})`, large, sizes: 'sum' };
}

type AggregateOverloads = Readonly<Record<string, string | AggregateTemplate>>;

/** A text alone is a single DuckDB aggregate. */
function aggregateOverloads(overloads: AggregateOverloads): readonly AggregateOverload[] {
  return Object.entries(overloads).map(([text, template]) => ({
    signature: parseSignature(text),
    template: typeof template === 'string' ? { calls: [template] } : template,
  }));
}

interface AggregateEntry extends ArgumentRoles {
  readonly modifiers?: readonly AggregateModifier[];
  readonly analytic?: boolean;
  readonly overloads: AggregateOverloads;
}

const usualModifiers: readonly AggregateModifier[] = ['distinct', 'having'];

/** Aggregate functions. */
export function aggregates(table: Readonly<Record<string, AggregateEntry>>): readonly AggregateDefinition[] {
  return Object.entries(table).map(([name, { overloads, ...rest }]) => ({
    modifiers: usualModifiers,
    analytic: true,
    ...rest,
    name,
    kind: 'aggregate',
    overloads: aggregateOverloads(overloads),
    window: { order: 'optional', frame: true },
  }));
}

interface WindowEntry extends ArgumentRoles {
  readonly order: 'required' | 'optional' | 'forbidden';
  readonly frame?: boolean;
  readonly modifiers?: readonly AggregateModifier[];
  readonly overloads: AggregateOverloads;
}

/** Functions that only OVER gives a meaning. */
export function windowFunctions(table: Readonly<Record<string, WindowEntry>>): readonly AggregateDefinition[] {
  return Object.entries(table).map(([name, { order, frame = false, modifiers = [], overloads, ...roles }]) => ({
    ...roles,
    name,
    kind: 'window',
    overloads: aggregateOverloads(overloads),
    analytic: true,
    modifiers,
    window: { order, frame },
  }));
}
