// Owns the checks of an endpoint: tests of its columns and table, and its checks.sql, each as one count of what is wrong.
import type { EndpointFile } from './declarations/endpoint-file.ts';
import type { AuditCheck } from './endpoint.ts';
import type { Problem } from './problem.ts';
import { outlineQuery, splitStatements } from './sql-outline.ts';
import { positionAt } from '#lib/googlesql/syntax/source-text.ts';

/** The name under which checks see the partition that is being judged. */
export const STAGED = 'staged';

type ColumnTest = NonNullable<EndpointFile['columns'][string]['tests']>[number];
type TableTest = NonNullable<EndpointFile['tests']>[number];

/** The checks that an endpoint.yaml declares, in its order. */
export function declaredChecks(file: EndpointFile): readonly AuditCheck[] {
  const ofColumns = Object.entries(file.columns).flatMap(([column, { tests = [] }]) =>
    tests.map((test) => columnCheck(column, test)),
  );
  return [...ofColumns, ...(file.tests ?? []).map(tableCheck)];
}

/**
 * The checks of a checks.sql: queries for rows that should not be, each below a comment `-- name (warn): what it says`;
 * without a severity it is `fail`. The endpoint's own name in them means the staged partition.
 */
export function fileChecks(
  endpoint: string,
  file: string,
  text: string,
): { readonly checks: readonly AuditCheck[]; readonly problems: readonly Problem[] } {
  const { statements, problems } = splitStatements(file, text);
  const told = [...problems];
  const checks = statements.flatMap(({ before, text: query, at }): readonly AuditCheck[] => {
    const place = { file, ...positionAt(text, at) };
    const head = [...before.matchAll(/^--\s*([a-z][a-z0-9_]*)(?:\s*\((warn|fail)\))?\s*:\s*\S/gm)].at(-1);
    if (head === undefined) {
      told.push({
        ...place,
        message: 'the check has no name',
        allowed: 'a comment above it such as -- no_gaps (warn): every hour has plays',
      });
      return [];
    }
    const outline = outlineQuery(file, query);
    told.push(...outline.problems.map((problem) => ({ ...problem, line: problem.line + place.line - 1 })));
    const severity = head[2] === 'warn' ? 'warn' : 'fail';
    return [
      {
        name: `check:${head[1] ?? ''}`,
        severity,
        countSql: `(SELECT COUNT(*) FROM (\n${overStaged(endpoint, query, outline.tables)}\n))`,
      },
    ];
  });
  const twice = checks.find(({ name }, index) => checks.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined)
    told.push({ file, line: 1, column: 1, message: `two checks are named "${twice.name.slice('check:'.length)}"` });
  return { checks, problems: told };
}

function overStaged(endpoint: string, query: string, tables: ReturnType<typeof outlineQuery>['tables']): string {
  const short = endpoint.slice(endpoint.indexOf('.') + 1);
  return tables
    .filter(({ name }) => name === endpoint)
    .sort((a, b) => b.start - a.start)
    .reduce(
      (text, { start, end, aliased }) =>
        `${text.slice(0, start)}${STAGED}${aliased ? '' : ` AS ${short}`}${text.slice(end)}`,
      query,
    );
}

function columnCheck(column: string, test: ColumnTest): AuditCheck {
  const named = (kind: string, severity: 'warn' | 'fail', countSql: string): AuditCheck => ({
    name: `column:${column}:${kind}`,
    severity,
    countSql,
  });
  if (test === 'not_null') return named('not_null', 'fail', nulls(column));
  if (test === 'unique') return named('unique', 'fail', repeats([column]));
  if ('not_null' in test) return named('not_null', test.not_null.severity, nulls(column));
  if ('unique' in test) return named('unique', test.unique.severity, repeats([column]));
  if ('range' in test) {
    const { min, max, severity } = test.range;
    const outside = [
      min === undefined ? [] : [`${column} < ${min}`],
      max === undefined ? [] : [`${column} > ${max}`],
    ].flat();
    return named('range', severity, outside.length === 0 ? '0' : `COUNTIF(${outside.join(' OR ')})`);
  }
  if ('matches' in test)
    return named(
      'matches',
      test.matches.severity,
      `COUNTIF(NOT REGEXP_CONTAINS(${column}, ${sqlText(test.matches.pattern)}))`,
    );
  const { values, severity } = test.accepted_values;
  return named('accepted_values', severity, `COUNTIF(${column} NOT IN (${values.map(sqlLiteral).join(', ')}))`);
}

function tableCheck(test: TableTest): AuditCheck {
  if ('unique' in test) {
    const { columns, severity } = test.unique;
    return { name: `table:unique:${columns.join(',')}`, severity, countSql: repeats(columns) };
  }
  const { min, max, severity } = test.row_count;
  const outside = [
    min === undefined ? [] : [`COUNT(*) < ${min}`],
    max === undefined ? [] : [`COUNT(*) > ${max}`],
  ].flat();
  return {
    name: 'table:row_count',
    severity,
    countSql: outside.length === 0 ? '0' : `IF(${outside.join(' OR ')}, 1, 0)`,
  };
}

function nulls(column: string): string {
  return `COUNTIF(${column} IS NULL)`;
}

/** Rows beyond the first of each combination; rows that are NULL in all columns are not compared. */
function repeats(columns: readonly string[]): string {
  const [only] = columns;
  if (columns.length === 1 && only !== undefined) return `COUNT(${only}) - COUNT(DISTINCT ${only})`;
  return `COUNT(*) - COUNT(DISTINCT TO_JSON_STRING(STRUCT(${columns.join(', ')})))`;
}

function sqlLiteral(value: string | number | boolean): string {
  return typeof value === 'string' ? sqlText(value) : String(value).toUpperCase();
}

/** A string literal: GoogleSQL takes the escapes of JSON but for those of slashes, which JSON.stringify does not write. */
function sqlText(text: string): string {
  return JSON.stringify(text);
}
