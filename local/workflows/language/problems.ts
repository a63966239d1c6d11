/** What is wrong with a workflow's source, each with its place. */

/** Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Position {
  readonly message: string;
  /** The step that it is in, where there is one. */
  readonly step?: string;
}

/** Collects every problem of a source, so that all are told at once. */
export class Problems {
  readonly #found: Problem[] = [];

  add(position: Position, message: string, step?: string): void {
    this.#found.push({
      line: position.line,
      column: position.column,
      message,
      ...(step === undefined ? {} : { step }),
    });
  }

  get count(): number {
    return this.#found.length;
  }

  /** In order of place; the same thing said twice of one place is said once. */
  list(): readonly Problem[] {
    const seen = new Set<string>();
    return this.#found
      .filter((problem) => {
        const key = `${problem.line}:${problem.column}:${problem.message}`;
        return !seen.has(key) && seen.add(key);
      })
      .sort((left, right) => left.line - right.line || left.column - right.column);
  }
}
