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

/** A part of the table, as documentation shows it. */
export interface FunctionArea {
  readonly title: string;
  readonly functions: readonly FunctionDefinition[];
}

/** Every definition, area by area. */
export const functionAreas: readonly FunctionArea[] = [
  { title: 'Operators', functions: operators },
  { title: 'Conditional expressions', functions: conditionalFunctions },
  { title: 'Strings and bytes', functions: stringFunctions },
  { title: 'Mathematics', functions: mathFunctions },
  { title: 'DATE', functions: dateFunctions },
  { title: 'DATETIME', functions: dateTimeFunctions },
  { title: 'TIME', functions: timeFunctions },
  { title: 'TIMESTAMP', functions: timestampFunctions },
  { title: 'Parts of dates and times', functions: extractFunctions },
  { title: 'INTERVAL', functions: intervalFunctions },
  { title: 'ARRAY', functions: arrayFunctions },
  { title: 'JSON', functions: [...jsonFunctions, ...jsonChangeFunctions] },
  { title: 'Hashes', functions: hashFunctions },
  { title: 'Keysets and encryption', functions: keysetFunctions },
  { title: 'Session, errors and identifiers', functions: utilityFunctions },
  { title: 'Aggregates', functions: aggregateFunctions },
  { title: 'Numbering and navigation', functions: windowOnlyFunctions },
];

const all: readonly FunctionDefinition[] = functionAreas.flatMap(({ functions }) => functions);

const byName: ReadonlyMap<string, FunctionDefinition> = new Map(all.map((definition) => [definition.name, definition]));

/** Other names of the same functions. Source: GoogleSQL function reference. */
const synonyms: Readonly<Record<string, string>> = {
  CHARACTER_LENGTH: 'CHAR_LENGTH',
  POWER: 'POW',
  CEILING: 'CEIL',
  SUBSTRING: 'SUBSTR',
  REGEXP_SUBSTR: 'REGEXP_EXTRACT',
};

/** How definitions are written that are no calls by name. */
const forms: Readonly<Record<string, string>> = {
  ARRAY_AT_OFFSET: 'array[OFFSET(index)]',
  ARRAY_AT_ORDINAL: 'array[ORDINAL(index)]',
  ARRAY_AT_SAFE_OFFSET: 'array[SAFE_OFFSET(index)]',
  ARRAY_AT_SAFE_ORDINAL: 'array[SAFE_ORDINAL(index)]',
  BETWEEN: 'BETWEEN',
  INTERVAL: 'INTERVAL value part',
  JSON_ELEMENT: 'json[index]',
  JSON_FIELD: 'json.field',
  LIKE: 'LIKE',
  NOT: 'NOT',
};

/** Other names of the functions that have some. */
export function synonymsOf(name: string): readonly string[] {
  return Object.keys(synonyms).filter((other) => synonyms[other] === name);
}

/** How a definition is written in a query. */
export function formOf({ name }: FunctionDefinition): string {
  return forms[name] ?? name;
}

/** The function that a call by an upper-case name means. */
export function findCallable(name: string): FunctionDefinition | undefined {
  return isCallable(name) ? findFunction(name) : undefined;
}

function isCallable(name: string): boolean {
  return /^[A-Z][A-Z0-9_.]*$/.test(name) && forms[name] === undefined;
}

/** The definition under an upper-case name or synonym. */
function findFunction(name: string): FunctionDefinition | undefined {
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

/** Every name that a query can call, for suggestions. */
export function functionNames(): readonly string[] {
  return [...byName.keys(), ...Object.keys(synonyms)].filter(isCallable);
}

/** Every definition, in order of area. */
export function allFunctions(): readonly FunctionDefinition[] {
  return all;
}
