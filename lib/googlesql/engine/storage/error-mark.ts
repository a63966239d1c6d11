/** Marks Google's messages on their way through DuckDB, whose own text around them must not leak. */

const OPEN = '\u0001gs[';
const CLOSE = ']gs\u0001';

/** The message between marks. */
export function markError(message: string): string {
  return `${OPEN}${message}${CLOSE}`;
}

/** The message between the marks of a DuckDB error; undefined when there are none. */
export function markedError(text: string): string | undefined {
  const start = text.indexOf(OPEN);
  if (start < 0) return undefined;
  const end = text.indexOf(CLOSE, start);
  return text.slice(start + OPEN.length, end < 0 ? undefined : end);
}
