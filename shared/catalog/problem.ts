// Owns what is said about a mistake in a declaration: the place, what is wrong, what is allowed, what to do.

/** A place in a file, both numbers from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One mistake. Problems are collected, so that all of them are told at once. */
export interface Problem extends Place {
  /** What is wrong, with the value that is. */
  readonly message: string;
  /** What would be right there. */
  readonly allowed?: string | undefined;
  /** What to do next. */
  readonly hint?: string | undefined;
}

/** A problem as people read it: `file:line:column  message`, then what is allowed and the hint, indented. */
export function formatProblem({ file, line, column, message, allowed, hint }: Problem): string {
  const more = [
    allowed === undefined ? '' : `\n    allowed: ${allowed}`,
    hint === undefined ? '' : `\n    hint: ${hint}`,
  ];
  return `${file}:${line}:${column}  ${message}${more.join('')}`;
}

/** Problems in the order of files and places, each told once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const told = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...told.values()].sort((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
