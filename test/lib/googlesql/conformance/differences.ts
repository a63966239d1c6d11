/** What the engine is known not to do: the cases stay as the reference has them, and must fail loudly. */

import type { ConformanceCase } from './case-file.ts';

/** Statements by a part of their text, with the reason that users read. */
export const knownDifferences: readonly { readonly part: RegExp; readonly reason: string }[] = [
  { part: /\b(?:NET|HLL_COUNT)\.|\b(?:SEARCH|RANGE_(?!BUCKET)\w+|ST_\w+)\(/, reason: 'these functions are not served' },
  {
    part: /^INSERT INTO Strict \(name\)/,
    reason: 'the engine refuses a missing value of a REQUIRED column without naming the column',
  },
];

/** Why this case is known to differ; undefined when it must not. */
export function knownDifference(one: ConformanceCase): string | undefined {
  return knownDifferences.find(({ part }) => one.statements.some((statement) => part.test(statement)))?.reason;
}
