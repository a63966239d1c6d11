/**
 * Reads conformance files: statements with what GoogleSQL's reference says they give.
 *
 *     @ string_functions#ascii
 *     ASCII('abcd') ==> INT64 97
 *
 *     SELECT name, n FROM Fruit ORDER BY n
 *     ==> name STRING, n INT64
 *     "apple" | 1
 *     "fig" | NULL
 *
 *     SELECT nmae FROM Fruit ==> ERROR Unrecognized name: nmae; Did you mean name? at [1:8]
 *
 * `@` cites the page that the following cases are worked out from. A lone expression stands for `SELECT expression`.
 * `given` opens statements that run before the cases of the file; `then` one that runs after the statements above it.
 * `#` opens a comment. Cases end at a blank line, or where they have everything on one line.
 */

/** Where the cited pages are. */
export const REFERENCE = 'https://cloud.google.com/bigquery/docs/reference/standard-sql/';

/** What a statement should give, as text. */
export type Expectation =
  | { readonly kind: 'rows'; readonly columns: readonly string[]; readonly rows: readonly string[] }
  | { readonly kind: 'changed'; readonly counts: string }
  | { readonly kind: 'done' }
  /** Google's text with its place, ` at [line:column]`, when it has one. */
  | { readonly kind: 'error'; readonly message: string };

export interface ConformanceCase {
  /** Line of the file on which it starts. */
  readonly line: number;
  /** The page that documents it. */
  readonly cite: string;
  /** Run one after the other; the last one's answer counts. */
  readonly statements: readonly string[];
  readonly expected: Expectation;
}

export interface ConformanceFile {
  readonly name: string;
  readonly given: readonly string[];
  readonly cases: readonly ConformanceCase[];
}

const ARROW = '==>';

interface Reading {
  readonly given: string[];
  readonly cases: ConformanceCase[];
  cite: string;
}

/** Reads one file's text. Throws when it is not in the format. */
export function readCaseFile(name: string, text: string): ConformanceFile {
  const reading: Reading = { given: [], cases: [], cite: '' };
  let block: string[] = [];
  let start = 1;
  const finish = (): void => {
    if (block.length > 0) readBlock(reading, block, `${name}:${start}`, start);
    block = [];
  };
  for (const [i, line] of text.split('\n').entries()) {
    if (line.startsWith('@ ')) {
      finish();
      reading.cite = citedPage(line.slice(2).trim());
    } else if (line.trim() === '') finish();
    else if (!/^#( |$)/.test(line) || block.length > 0) {
      if (isWhole(block) && !line.startsWith('  ')) finish();
      if (block.length === 0) start = i + 1;
      block.push(line);
    }
  }
  finish();
  return { name, given: reading.given, cases: reading.cases };
}

function citedPage(page: string): string {
  return page.startsWith('https://') ? page : REFERENCE + page;
}

/** Whether the block is a case that has all it needs on its one line; only an error's text may go on, indented. */
function isWhole(block: readonly string[]): boolean {
  const [first = '', second] = block;
  const cut = first.indexOf(` ${ARROW} `);
  if (second?.startsWith('  ') === false || cut <= 0) return false;
  const expected = first.slice(cut + ARROW.length + 2);
  return /^(?:ERROR|CHANGED|DONE)\b/.test(expected) || readColumns(expected, first).rest !== '';
}

function readBlock(reading: Reading, block: readonly string[], place: string, line: number): void {
  if (block[0] === 'given') {
    reading.given.push(block.slice(1).join('\n'));
    return;
  }
  if (reading.cite === '') throw new Error(`${place}: no page is cited above this case`);
  const arrowAt = block.findIndex((part) => part.startsWith(ARROW) || part.includes(` ${ARROW} `));
  const arrowLine = block[arrowAt];
  if (arrowLine === undefined) throw new Error(`${place}: a case without ${ARROW}`);
  const cut = arrowLine.indexOf(ARROW);
  const before = [...block.slice(0, arrowAt), arrowLine.slice(0, cut).trimEnd()].filter((part) => part !== '');
  const statements = splitStatements(before);
  if (statements.length === 0) throw new Error(`${place}: no statement before ${ARROW}`);
  const expected = readExpectation(arrowLine.slice(cut + ARROW.length).trim(), block.slice(arrowAt + 1), place);
  reading.cases.push({ line, cite: reading.cite, statements, expected });
}

function splitStatements(lines: readonly string[]): readonly string[] {
  const statements: string[][] = [];
  for (const line of lines) {
    if (statements.length === 0 || line.startsWith('then ')) statements.push([line.replace(/^then /, '')]);
    else statements.at(-1)?.push(line);
  }
  return statements.map((parts) => wholeStatement(parts.join('\n')));
}

/** First words of statements; what begins with another one is an expression. */
const statementWords =
  /^(?:SELECT|WITH|FROM|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP|DECLARE|SET|BEGIN|ASSERT|EXPORT|LOAD|CALL|EXECUTE|LOOP|WHILE|REPEAT|FOR|RAISE|GRANT|REVOKE|VALUES|\(\s*SELECT|\(\s*FROM|\|>)\b|^(?:IF|CASE)\s+(?!WHEN\b)[^(]*\bTHEN\b[^]*;|^\(\(SELECT|^;/i;

function wholeStatement(text: string): string {
  if (/^(?:REPEAT|FOR|SET|LEFT|RIGHT|IF|WITH|DATE|TIME)\s*\(/i.test(text)) return `SELECT ${text}`;
  return statementWords.test(text) ? text : `SELECT ${text}`;
}

function readExpectation(text: string, rows: readonly string[], place: string): Expectation {
  if (text.startsWith('ERROR ')) return { kind: 'error', message: [text.slice('ERROR '.length), ...rows].join('\n') };
  if (text.startsWith('CHANGED ')) return { kind: 'changed', counts: text.slice('CHANGED '.length) };
  if (text === 'DONE') return { kind: 'done' };
  const { columns, rest } = readColumns(text, place);
  if (rest === '(none)' || rest === '') return { kind: 'rows', columns, rows };
  if (rows.length > 0) throw new Error(`${place}: rows beside the arrow and below it`);
  return { kind: 'rows', columns, rows: [rest] };
}

const typeWord = /^(?:INT64|FLOAT64|NUMERIC|BIGNUMERIC|BOOL|STRING|BYTES|DATE|TIME|DATETIME|TIMESTAMP|INTERVAL|JSON)\b/;

/** Columns such as `INT64` or `a STRUCT<b INT64>`, and what follows them. */
function readColumns(text: string, place: string): { readonly columns: readonly string[]; readonly rest: string } {
  const columns: string[] = [];
  let rest = text;
  for (;;) {
    const end = endOfColumn(rest);
    if (end === 0) throw new Error(`${place}: no column type at ${rest}`);
    columns.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
    if (!rest.startsWith(',')) return { columns, rest };
    rest = rest.slice(1).trimStart();
  }
}

function endOfColumn(text: string): number {
  const named = typeWord.test(text) || /^(?:ARRAY|STRUCT)</.test(text) ? 0 : (/^[\w$-]+ /.exec(text)?.[0].length ?? 0);
  const type = text.slice(named);
  if (/^(?:ARRAY|STRUCT)</.test(type)) return named + closing(type);
  const length = typeWord.exec(type)?.[0].length ?? 0;
  return length === 0 ? 0 : named + length;
}

/** Where the bracket that opens after the first word is closed. */
function closing(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '<') depth++;
    if (text[i] === '>' && --depth === 0) return i + 1;
  }
  return 0;
}
