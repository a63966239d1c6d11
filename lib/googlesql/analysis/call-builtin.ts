/** Calls of scalar built-ins on arguments that are already typed: operators, and what special syntax comes down to. */

import type { ScalarDefinition } from '../functions/definition.ts';
import { findScalar } from '../functions/functions.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { STRING, typeName, withoutParameters } from '../types/sql-type.ts';
import type { SqlValue } from '../values/sql-value.ts';
import { coerce, type CoercionPlace } from './coerce.ts';
import type { Analysis } from './context.ts';
import { matchOverload } from './match-signature.ts';
import { noMatchingSignature } from './signature-error.ts';

/** What a call says beside its arguments. */
export interface CallDetails {
  readonly at: number;
  readonly safe?: boolean;
  readonly options?: Readonly<Record<string, SqlValue>>;
  /** How errors name the function, when not by its own name. */
  readonly shownAs?: string;
}

/** The call of a built-in by name, arguments coerced. Throws when no overload fits. */
export function callBuiltin(
  analysis: Analysis,
  name: string,
  list: readonly Expression[],
  details: CallDetails,
): Expression {
  const definition = findScalar(name);
  if (definition === undefined) throw new Error(`the function table has no ${name}`);
  return callDefinition(analysis, definition, list, details);
}

/** The same of a definition. */
export function callDefinition(
  analysis: Analysis,
  definition: ScalarDefinition,
  list: readonly Expression[],
  { at, safe = false, options = {}, shownAs = definition.name }: CallDetails,
): Expression {
  const match = matchOverload(definition.overloads, list);
  if (!('overload' in match)) throw noMatchingSignature(shownAs, list, match, at);
  const place = { at, timeZone: analysis.options.timeZone };
  const converted = list.map((argument, i) => coerceOptional(argument, match.types[i], place));
  checkPart(definition, match.overload.template, list, at);
  return {
    kind: 'call',
    type: withoutParameters(match.result),
    definition,
    overload: match.overload,
    arguments: converted,
    options,
    safe,
  };
}

/** The argument as the type its parameter takes, if the parameter takes one. */
export function coerceOptional(
  argument: Expression,
  type: Expression['type'] | undefined,
  place: CoercionPlace,
): Expression {
  return type === undefined ? argument : coerce(argument, type, place);
}

/** Refuses a date part that the overload has no template for. */
function checkPart(
  definition: ScalarDefinition,
  template: ScalarDefinition['overloads'][number]['template'],
  list: readonly Expression[],
  at: number,
): void {
  if (typeof template === 'string' || !('parts' in template)) return;
  const part = list.find((argument) => argument.kind === 'part' || argument.kind === 'step');
  if (part === undefined || (part.kind !== 'part' && part.kind !== 'step')) return;
  const known =
    Object.hasOwn(template.parts, part.part) || (part.part.startsWith('WEEK(') && 'WEEK(*)' in template.parts);
  if (known) return;
  const from = definition.name === 'EXTRACT' ? ` from ${typeName(list[1]?.type ?? STRING)}` : '';
  throw new SqlError(`${definition.name}${from} does not support the ${part.part} date part`, at);
}
