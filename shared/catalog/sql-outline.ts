// Owns what a query says before it is analysed: that it is one SELECT, which tables it names, and what it may not use.
import { parseScript } from '#lib/googlesql/syntax/parse.ts';
import { positionAt } from '#lib/googlesql/syntax/source-text.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Place, Problem } from './problem.ts';

/** A table that a query names. */
export interface NamedTable {
  /** As written, without quotes: `listening.track_played`. */
  readonly name: string;
  readonly place: Place;
  /** Where the name stands in the text: offsets of its first character and behind its last. */
  readonly start: number;
  readonly end: number;
  /** Whether it is given another name in the query. */
  readonly aliased: boolean;
}

/** A query by its syntax. */
export interface QueryOutline {
  readonly tables: readonly NamedTable[];
  readonly problems: readonly Problem[];
}

/** One statement of a file of several, with the text before it that belongs to it. */
export interface StatementText {
  readonly before: string;
  readonly text: string;
  readonly at: number;
}

/** The parameters that a query of a pipeline gets: the half-open span of the partition, as TIMESTAMP. */
export const QUERY_PARAMETERS = ['partition_start', 'partition_end'] as const;

/** Functions whose value depends on when or where the query runs, so that a rerun would not give the same partition. */
const UNREPEATABLE: { readonly [name: string]: string } = {
  CURRENT_DATE: 'use DATE(@partition_start)',
  CURRENT_DATETIME: 'use DATETIME(@partition_start)',
  CURRENT_TIME: 'use TIME(@partition_start)',
  CURRENT_TIMESTAMP: 'use @partition_start or @partition_end',
  RAND: 'derive it from a column, for example with FARM_FINGERPRINT',
  GENERATE_UUID: 'derive it from columns, for example with TO_HEX(SHA256(...))',
  SESSION_USER: 'a pipeline has no user',
};

/** Reads the query of a pipeline. */
export function outlineQuery(file: string, text: string): QueryOutline {
  const placeOf = (at: number): Place => ({ file, ...positionAt(text, at) });
  const parsed = parseScript(text);
  if (parsed.kind === 'failed') return { tables: [], problems: [syntaxProblem(file, parsed.problem)] };
  const [statement, second] = parsed.script.statements;
  if (statement === undefined || statement.kind !== 'query') {
    const problem = { ...placeOf(statement?.at ?? 0), message: 'a pipeline is one query', allowed: 'one SELECT' };
    return { tables: [], problems: [problem] };
  }
  const extra =
    second === undefined ? [] : [{ ...placeOf(second.at), message: 'a second statement', allowed: 'one SELECT' }];
  const nodes = [...nodesIn(statement)];
  const problems = nodes.flatMap((node): readonly Problem[] => nodeProblems(node, placeOf));
  return { tables: tablesIn(nodes, text, placeOf), problems: [...extra, ...problems] };
}

/** The statements of a file, each with the comment before it; or the problem that keeps it from being read. */
export function splitStatements(
  file: string,
  text: string,
): { readonly statements: readonly StatementText[]; readonly problems: readonly Problem[] } {
  const parsed = parseScript(text);
  if (parsed.kind === 'failed') return { statements: [], problems: [syntaxProblem(file, parsed.problem)] };
  let previousEnd = 0;
  const statements = parsed.script.statements.map(({ at, end }): StatementText => {
    const statement = { before: text.slice(previousEnd, at), text: text.slice(at, end), at };
    previousEnd = end;
    return statement;
  });
  return { statements, problems: [] };
}

/** A node of the syntax tree, by what this file asks of it. */
interface SyntaxNode {
  readonly kind?: unknown;
  readonly at?: unknown;
  readonly [part: string]: unknown;
}

function syntaxProblem(
  file: string,
  { message, line = 1, column = 1 }: { readonly message: string; readonly line?: number; readonly column?: number },
): Problem {
  // The place is told in front, so the parser's own need not be told again.
  return { file, line, column, message: message.replace(/ at \[\d+:\d+\]$/, '') };
}

/** Every node below one, each before what it holds. The parser bounds the depth. */
function* nodesIn(part: unknown): Generator<SyntaxNode> {
  if (typeof part !== 'object' || part === null) return;
  if (!Array.isArray(part)) yield part as SyntaxNode;
  for (const inner of Object.values(part)) yield* nodesIn(inner);
}

function nodeProblems(node: SyntaxNode, placeOf: (at: number) => Place): readonly Problem[] {
  const at = typeof node.at === 'number' ? node.at : 0;
  if (node.kind === 'call' || node.kind === 'path') {
    const name = identifiersOf(node['path'])
      .map((identifier) => identifier.name)
      .join('.')
      .toUpperCase();
    const instead = Object.hasOwn(UNREPEATABLE, name) ? UNREPEATABLE[name] : undefined;
    if (instead !== undefined)
      return [{ ...placeOf(at), message: `${name} gives another value at each run`, hint: instead }];
  }
  if (node.kind === 'parameter' && !QUERY_PARAMETERS.some((known) => known === node['name'])) {
    const written = typeof node['name'] === 'string' ? `@${node['name']}` : '?';
    const known = QUERY_PARAMETERS.map((parameter) => `@${parameter}`);
    return [
      {
        ...placeOf(at),
        message: `there is no parameter ${written}`,
        allowed: known.join(', '),
        hint: didYouMean(written, known),
      },
    ];
  }
  if (node.kind === 'sample') return [{ ...placeOf(at), message: 'TABLESAMPLE gives other rows at each run' }];
  if (node.kind === 'tablePath' && node['systemTime'] !== undefined) {
    return [
      {
        ...placeOf(at),
        message: 'FOR SYSTEM_TIME AS OF is not allowed',
        hint: 'runs pin the generations of their inputs',
      },
    ];
  }
  return [];
}

function tablesIn(nodes: readonly SyntaxNode[], text: string, placeOf: (at: number) => Place): readonly NamedTable[] {
  const given = nodes.flatMap(nameGivenBy);
  return nodes.flatMap((node): readonly NamedTable[] => {
    if (node.kind !== 'tablePath') return [];
    const identifiers = identifiersOf(node['path']);
    const [first, last] = [identifiers.at(0), identifiers.at(-1)];
    const name = identifiers.map((identifier) => identifier.name).join('.');
    // A name of one part is a common table of the query.
    if (first === undefined || last === undefined || !name.includes('.')) return [];
    // One that begins with a name that was given before it is an array of that table's rows.
    const isArray = given.some((other) => other.at < first.at && other.name.toLowerCase() === first.name.toLowerCase());
    if (identifiers.length > 1 && isArray) return [];
    const quoted = text[last.at] === '`';
    const end = last.at + last.name.length + (quoted ? 2 : 0);
    return [{ name, place: placeOf(first.at), start: first.at, end, aliased: node['alias'] !== undefined }];
  });
}

const FROM_ITEMS: ReadonlySet<unknown> = new Set(['tablePath', 'subquery', 'unnest', 'tableFunction']);

/** The name that an item of FROM has in the rest of the query: its alias, or the last part of its own name. */
function nameGivenBy(node: SyntaxNode): readonly { readonly name: string; readonly at: number }[] {
  if (!FROM_ITEMS.has(node.kind)) return [];
  if (isIdentifier(node['alias'])) return [node['alias']];
  return node.kind === 'tablePath' ? identifiersOf(node['path']).slice(-1) : [];
}

function identifiersOf(path: unknown): readonly { readonly name: string; readonly at: number }[] {
  if (!Array.isArray(path)) return [];
  return path.filter(isIdentifier);
}

function isIdentifier(value: unknown): value is { readonly name: string; readonly at: number } {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('at' in value)) return false;
  return typeof value.name === 'string' && typeof value.at === 'number';
}
