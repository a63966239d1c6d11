/** Statements that nest or grow without measure, one for each construct that the front end recurses or loops over. */

/** How often each repeats its part: far more than any stack holds. */
const MANY = 100_000;

const nested = (open: string, middle: string, close: string, times = MANY): string =>
  `${open.repeat(times)}${middle}${close.repeat(times)}`;
const numbered = (count: number, part: (i: number) => string, between: string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(between);

/** Parentheses inside each of which a chain stands that is as long as one alone may be. */
function chainsInParentheses(link: string): string {
  const depth = 190;
  const links = (i: number): string => link.repeat(380 - depth + i);
  return `SELECT ${'('.repeat(depth)}1${Array.from({ length: depth }, (_, i) => `${links(i)})`).join('')}`;
}

/** Named queries of which each reads the one before. */
export function chainOfNamed(length: number): string {
  const query = (i: number): string => `w${i} AS (SELECT ${i === 0 ? '1 AS a' : `a FROM w${i - 1}`})`;
  return `WITH ${numbered(length, query, ',')} SELECT * FROM w${length - 1}`;
}

/** Deep: the front end must refuse them, at a place. */
export const depthBombs: Readonly<Record<string, string>> = {
  parentheses: `SELECT ${nested('(', '1', ')')}`,
  'parentheses that stay open': `SELECT ${'('.repeat(MANY)}`,
  'parentheses around queries': nested('(', 'SELECT 1', ')'),
  'subqueries in FROM': nested('SELECT 1 FROM (', 'SELECT 1', ')', 50_000),
  'subqueries for values': nested('SELECT (', 'SELECT 1', ')', 50_000),
  'EXISTS in EXISTS': nested('SELECT EXISTS(', 'SELECT 1', ')', 50_000),
  'WITH in WITH': nested('WITH a AS (', 'SELECT 1', ') SELECT 1', 30_000),
  'parentheses in FROM': `SELECT 1 FROM ${'('.repeat(MANY)}t`,
  'joins in parentheses': `SELECT 1 FROM ${'(t JOIN '.repeat(50_000)}`,
  'joins in a row': `SELECT 1 FROM t${numbered(20_000, (i) => ` CROSS JOIN UNNEST([${i}])`, '')}`,
  calls: `SELECT ${nested('ABS(', '1', ')')}`,
  'aggregates with DISTINCT': `SELECT ${nested('COUNT(DISTINCT ', '1', ')', 30_000)}`,
  windows: `SELECT ${'SUM(1) OVER (ORDER BY '.repeat(30_000)}`,
  CASE: `SELECT ${nested('CASE WHEN TRUE THEN ', '1', ' END', 30_000)}`,
  CAST: `SELECT ${nested('CAST(', '1', ' AS INT64)', 30_000)}`,
  arrays: `SELECT ${nested('[', '1', ']')}`,
  structs: `SELECT ${nested('STRUCT(', '1', ')', 50_000)}`,
  'named values': `SELECT ${'WITH(a AS '.repeat(30_000)}`,
  types: `SELECT CAST(NULL AS ${nested('ARRAY<STRUCT<a ', 'INT64', '>>', 30_000)})`,
  NOT: `SELECT ${'NOT '.repeat(MANY)}TRUE`,
  minus: `SELECT ${'- '.repeat(MANY)}1`,
  'a long sum': `SELECT 1${'+1'.repeat(MANY)}`,
  'IS in a row': `SELECT 1${' IS NULL'.repeat(MANY)}`,
  'indexes in a row': `SELECT a${'[0]'.repeat(MANY)}`,
  'fields in a row': `SELECT a${'.b'.repeat(MANY)}`,
  'IN in IN': `SELECT ${'1 IN ('.repeat(MANY)}`,
  'samples in a row': `SELECT 1 FROM t ${'TABLESAMPLE SYSTEM (1 PERCENT) '.repeat(20_000)}`,
  'pipes in a row': `FROM t${' |> WHERE TRUE'.repeat(50_000)}`,
  'unions in parentheses': nested('(SELECT 1 UNION ALL ', 'SELECT 1', ')', 40_000),
  'sums in parentheses': chainsInParentheses('+1'),
  'tests in parentheses': chainsInParentheses(' IS NULL'),
  'indexes in parentheses': chainsInParentheses('[0]'),
  'joins in parentheses, each a row of joins': `SELECT 1 FROM ${numbered(150, () => '(', '')}t${numbered(150, () => `${' CROSS JOIN UNNEST([1])'.repeat(200)})`, '')}`,
  'blocks of a script': 'BEGIN '.repeat(MANY),
  'IF in IF': 'IF TRUE THEN '.repeat(50_000),
  'columns of columns': `CREATE TABLE d.t (x ${'STRUCT<a '.repeat(MANY)}`,
};

/** Wide: they may mean something, and must not take longer than their length warrants. */
export const wideBombs: Readonly<Record<string, string>> = {
  columns: `SELECT ${'1,'.repeat(100_000)}1`,
  'named queries': `WITH ${numbered(10_000, (i) => `w${i} AS (SELECT ${i === 0 ? '1 AS a' : `a FROM w${(i - 1) % 900}`})`, ',')} SELECT * FROM w9999`,
  'a chain of named queries': chainOfNamed(1000),
  'recursive queries': `WITH RECURSIVE ${numbered(5_000, (i) => `w${i} AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM w${i} WHERE a < 3)`, ',')} SELECT * FROM w4999`,
  alternatives: `SELECT 1 FROM UNNEST([1]) AS a WHERE ${numbered(30_000, (i) => `a = ${i}`, ' OR ')}`,
  'elements of a list': `SELECT 1 IN (${'1,'.repeat(MANY)}1)`,
  aggregates: `SELECT ${numbered(10_000, (i) => `SUM(a + ${i})`, ',')} FROM UNNEST([1]) AS a`,
  'window functions': `SELECT ${numbered(10_000, (i) => `SUM(a + ${i}) OVER (ORDER BY a)`, ',')} FROM UNNEST([1]) AS a`,
  'group keys': `SELECT ${numbered(5_000, (i) => `a + ${i}`, ',')} FROM UNNEST([1]) AS a GROUP BY ${numbered(5_000, (i) => String(i + 1), ',')}`,
  unions: `SELECT 1${' UNION ALL SELECT 1'.repeat(20_000)}`,
  branches: `SELECT CASE ${'WHEN TRUE THEN 1 '.repeat(30_000)} END`,
  'order keys': `SELECT a FROM UNNEST([1]) AS a ORDER BY ${'a,'.repeat(50_000)}a`,
};

/** They come to more than any memory holds, and must be refused for it. */
export const growthBombs: Readonly<Record<string, string>> = {
  'every named query twice as wide as the one before': `WITH ${numbered(40, (i) => `w${i} AS (SELECT ${i === 0 ? '1 AS a' : `x.*, y.* FROM w${i - 1} AS x CROSS JOIN w${i - 1} AS y`})`, ',')} SELECT 1 FROM w39`,
  'every struct twice the one before': `WITH ${numbered(40, (i) => `w${i} AS (SELECT ${i === 0 ? '1 AS a' : `STRUCT(a AS x, a AS y) AS a FROM w${i - 1}`})`, ',')} SELECT DISTINCT a FROM w39`,
  'every row twice the one before': `WITH ${numbered(40, (i) => `w${i} AS (SELECT ${i === 0 ? '1 AS a' : `x, x AS y FROM w${i - 1} AS x`})`, ',')} SELECT TO_JSON_STRING(w39) FROM w39`,
  'a long chain of named queries': chainOfNamed(10_000),
  'a long chain of named queries, each with one of its own': `WITH ${numbered(600, (i) => `w${i} AS (WITH x AS (SELECT ${i === 0 ? '1 AS a' : `a FROM w${i - 1}`}) SELECT a FROM x)`, ',')} SELECT * FROM w599`,
  'a cube of cubes': `SELECT 1 FROM UNNEST([1]) AS a GROUP BY ${'CUBE(a, a),'.repeat(30)}a`,
  'a cube of many sides': `SELECT 1 FROM UNNEST([1]) AS a GROUP BY CUBE(${'a,'.repeat(40)}a)`,
};
