/** DuckDB's errors in Google's words. DuckDB's own text never leaves the engine. */

import { markedError } from './error-mark.ts';
import { SqlError } from '../../syntax/sql-error.ts';
import { TOO_COMPLEX } from '../../syntax/too-complex.ts';
import { ValueError } from '../../values/sql-value.ts';
import { EngineFailure, INTERNAL_ERROR } from '../failure.ts';
import type { EngineError } from '../outcome.ts';

type Rule = readonly [pattern: RegExp, error: (match: RegExpExecArray) => EngineError];

const invalid = (message: string): EngineError => ({ reason: 'invalidQuery', message });
const signs: Readonly<Record<string, string>> = { addition: '+', subtraction: '-', multiplication: '*' };

/** A decimal's digits as DuckDB shows them, without the point. */
function decimal(digits: string): string {
  const negative = digits.startsWith('-');
  const padded = digits.replace('-', '').padStart(10, '0');
  const fraction = padded.slice(-9).replace(/0+$/, '');
  return `${negative ? '-' : ''}${padded.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}

const OUT_OF_MEMORY = /Out of Memory|could not allocate|failed to (?:pin|allocate|offload)/i;

/** Whether DuckDB has stopped at its memory limit; also of an error that has Google's words by now. */
export function isOutOfMemory(error: unknown): boolean {
  const own = error instanceof EngineFailure ? error.cause : error;
  return own instanceof Error && OUT_OF_MEMORY.test(own.message);
}

/** The first rule that fits decides. */
const rules: readonly Rule[] = [
  [
    /Overflow in (addition|subtraction|multiplication) of INT64 \((-?\d+) . (-?\d+)\)/,
    ([, verb = '', a = '', b = '']) => invalid(`int64 overflow: ${a} ${signs[verb] ?? ''} ${b}`),
  ],
  [
    /Overflow in (addition|subtraction|multiplication) of DECIMAL\(38\) \((-?\d+) . (-?\d+)\)/,
    ([, verb = '', a = '', b = '']) => invalid(`numeric overflow: ${decimal(a)} ${signs[verb] ?? ''} ${decimal(b)}`),
  ],
  [/Overflow in negation/, () => invalid('int64 overflow: -(-9223372036854775808)')],
  [/Overflow in HUGEINT|SUM is out of range|Overflow in (?:adding|sum)/, () => invalid('numeric overflow: SUM')],
  [/Type INT128 with value (-?\d+) can't be cast.*INT64/s, () => invalid('int64 overflow: SUM')],
  [/More than one row returned by a subquery/, () => invalid('Scalar subquery produced more than one element')],
  [/NOT NULL constraint failed/, () => ({ reason: 'invalid', message: 'Required field cannot be null' })],
  [
    /INTERRUPT|Interrupted/,
    () => ({ reason: 'stopped', message: 'Job execution was cancelled: User requested cancellation' }),
  ],
  [
    OUT_OF_MEMORY,
    () => ({
      reason: 'resourcesExceeded',
      message: 'Resources exceeded during query execution: The query could not be executed in the allotted memory.',
    }),
  ],
  [
    /Max expression depth limit|stack (?:overflow|size)/i,
    () => ({ reason: 'resourcesExceeded', message: TOO_COMPLEX }),
  ],
  [
    /(?:missing [)\]]|unexpected \)|invalid (?:escape|perl|character|repetition|UTF)|bad repetition|no argument for repetition)[^\n]*/i,
    ([what]) => invalid(`Cannot parse regular expression: ${what}`),
  ],
  [
    /Could not choose a best candidate|Binder Error|Parser Error|Not implemented Error|Catalog Error|INTERNAL Error/,
    () => ({
      reason: 'notImplemented',
      message: 'This query is not supported locally: the local engine cannot run the plan that it needs',
    }),
  ],
];

/** What an error of DuckDB is to the caller; errors of ours stay as they are. */
export function mapDuckError(error: unknown): Error {
  if (error instanceof EngineFailure || error instanceof SqlError || error instanceof ValueError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const marked = markedError(text);
  if (marked !== undefined) return new EngineFailure(invalid(marked));
  for (const [pattern, describe] of rules) {
    const match = pattern.exec(text);
    if (match !== null) return new EngineFailure(describe(match), error);
  }
  return new EngineFailure(INTERNAL_ERROR, error);
}
