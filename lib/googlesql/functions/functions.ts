/** The one table of built-in functions and operators. */

import type { AggregateDefinition, FunctionDefinition, ScalarDefinition } from './definition.ts';
import { aggregateFunctions } from './aggregate.ts';
import { arrayFunctions } from './array.ts';
import { conditionalFunctions } from './conditional.ts';
import { dateFunctions } from './date.ts';
import { dateTimeFunctions } from './datetime.ts';
import { extractFunctions } from './extract.ts';
import { hashFunctions } from './hash.ts';
import { intervalFunctions } from './interval.ts';
import { jsonFunctions } from './json.ts';
import { jsonChangeFunctions } from './json-change.ts';
import { keysetFunctions } from './keyset.ts';
import { mathFunctions } from './math.ts';
import { operators } from './operators.ts';
import { stringFunctions } from './string.ts';
import { timeFunctions } from './time.ts';
import { timestampFunctions } from './timestamp.ts';
import { utilityFunctions } from './utility.ts';
import { windowOnlyFunctions } from './window.ts';

const all: readonly FunctionDefinition[] = [
  ...operators,
  ...conditionalFunctions,
  ...stringFunctions,
  ...mathFunctions,
  ...dateFunctions,
  ...dateTimeFunctions,
  ...timeFunctions,
  ...timestampFunctions,
  ...extractFunctions,
  ...intervalFunctions,
  ...arrayFunctions,
  ...jsonFunctions,
  ...jsonChangeFunctions,
  ...hashFunctions,
  ...keysetFunctions,
  ...utilityFunctions,
  ...aggregateFunctions,
  ...windowOnlyFunctions,
];

const byName: ReadonlyMap<string, FunctionDefinition> = new Map(all.map((definition) => [definition.name, definition]));

/** Other names of the same functions. Source: GoogleSQL function reference. */
const synonyms: Readonly<Record<string, string>> = {
  CHARACTER_LENGTH: 'CHAR_LENGTH',
  POWER: 'POW',
  CEILING: 'CEIL',
  SUBSTRING: 'SUBSTR',
  REGEXP_SUBSTR: 'REGEXP_EXTRACT',
  TIMESTAMP_CURRENT: 'CURRENT_TIMESTAMP',
};

/** The definition under an upper-case name or synonym. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return byName.get(name) ?? byName.get(synonyms[name] ?? '');
}

/** The scalar definition under a name. */
export function findScalar(name: string): ScalarDefinition | undefined {
  const found = findFunction(name);
  return found?.kind === 'scalar' ? found : undefined;
}

/** The aggregate or window definition under a name. */
export function findAggregate(name: string): AggregateDefinition | undefined {
  const found = findFunction(name);
  return found === undefined || found.kind === 'scalar' ? undefined : found;
}

/** Every name that a query can write, for suggestions and documentation. */
export function functionNames(): readonly string[] {
  return [...byName.keys(), ...Object.keys(synonyms)].filter((name) => /^[A-Z]/.test(name));
}

/** Every definition, in order of area. */
export function allFunctions(): readonly FunctionDefinition[] {
  return all;
}
