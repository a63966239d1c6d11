// Owns how the outcome of a unit test reads: the place in its file or its query, and what went otherwise than it should.
import { differenceText } from '#lib/googlesql/unit-tests/difference-text.ts';
import type { TestOutcome } from '#lib/googlesql/unit-tests/query-test.ts';
import { formatProblem, type Place, type Problem } from '../problem.ts';
import type { YamlPath } from '../yaml-source.ts';
import type { UnitTest } from './unit-test.ts';

/** What is wrong with the test, or with the query that it is of; undefined when it passed. */
export function outcomeProblem(unitTest: UnitTest, outcome: TestOutcome): Problem | undefined {
  const { source, partition } = unitTest;
  switch (outcome.kind) {
    case 'passed':
      return undefined;
    case 'different':
      return { ...source.placeOf(['expect']), message: 'the query gives other rows' };
    case 'outside':
      return {
        ...source.placeOf(['partition']),
        message: `a row has ${outcome.column} = ${outcome.value}, outside the partition ${partition}`,
        hint: 'filter by @partition_start and @partition_end in the query',
      };
    case 'badRow':
      return {
        ...source.placeOf([...rowsPath(unitTest, outcome.table), outcome.row, ...outcome.column.split('.')]),
        message: `${outcome.table ?? 'the expected row'}: ${outcome.message.replace(/\.$/, '')}`,
      };
    case 'unsetFilter':
      return {
        ...source.placeOf(rowsPath(unitTest, outcome.table)),
        message: `the query picks rows of ${outcome.table} by "${outcome.column}", which no row says anything about`,
        hint: `give it a value, or ${outcome.column}: null`,
      };
    case 'failed':
      // A place of the query is told in front, so it need not be told again.
      return { ...failurePlace(unitTest, outcome), message: outcome.message.replace(/ at \[\d+:\d+\]$/, '') };
  }
}

function failurePlace(
  { source }: UnitTest,
  { line, column = 1 }: Extract<TestOutcome, { readonly kind: 'failed' }>,
): Place {
  if (line === undefined) return source.placeOf([]);
  return { file: source.file.replace(/tests\/[^/]+$/, 'query.sql'), line, column };
}

/** Where the rows of a table stand, or those that are expected. */
function rowsPath({ source, endpoint }: UnitTest, table: string | undefined): YamlPath {
  if (table === endpoint) return ['previous'];
  if (table !== undefined) return ['given', table];
  const { value } = source;
  const expected = typeof value === 'object' && value !== null && 'expect' in value ? value.expect : undefined;
  return Array.isArray(expected) ? ['expect'] : ['expect', 'rows'];
}

/** The problem as people read it, with what the test is to show and the rows that differ. */
export function outcomeText(unitTest: UnitTest, outcome: TestOutcome): string {
  const problem = outcomeProblem(unitTest, outcome);
  if (problem === undefined) return '';
  const { endpoint, name, partition, description } = unitTest;
  const rows = outcome.kind === 'different' ? `\n${indented(differenceText(outcome.difference))}` : '';
  return `${formatProblem(problem)}\n    ${endpoint}, test "${name}" of partition ${partition}: ${description}${rows}`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
