/** Quoting for DuckDB. */

/** A string literal. NUL characters cannot stand in one and are put in by `chr(0)`. */
export function quoteText(text: string): string {
  const wellFormed = text.toWellFormed();
  if (!wellFormed.includes('\0')) return `'${wellFormed.replaceAll("'", "''")}'`;
  return `(${wellFormed.split('\0').map(quoteText).join(' || chr(0) || ')})`;
}
