/** OPTIONS of DDL: names with constant values. */

import type { Options } from '../syntax/ast-statement.ts';
import type { TypedOption } from '../tree/definition.ts';
import type { Analysis } from './context.ts';
import { constantScope } from './resolve-column.ts';

/** The options' values typed; they are computed when the statement runs. */
export function typedOptions(options: Options, analysis: Analysis): readonly TypedOption[] {
  return options.map(({ name, value }) => ({
    name: name.name.toLowerCase(),
    value: analysis.resolve.expression(value, constantScope(analysis)),
    at: name.at,
  }));
}
