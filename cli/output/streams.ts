// Owns the two voices of the command line: data on stdout, talk on stderr.

/** A whole value for a program, on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A line for a person, on stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A progress line that overwrites itself on a terminal, and appears at most every few seconds elsewhere. */
export function createProgressLine(): { update(text: string): void; done(text: string): void } {
  const terminal = process.stderr.isTTY;
  let lastMs = 0;
  return {
    update(text) {
      const nowMs = Date.now();
      if (nowMs - lastMs < (terminal ? 100 : 5000)) return;
      lastMs = nowMs;
      process.stderr.write(terminal ? `\r\u001B[K${text}` : `${text}\n`);
    },
    done(text) {
      process.stderr.write(terminal ? `\r\u001B[K${text}\n` : `${text}\n`);
    },
  };
}

/** Rows as an aligned table for a person, on stdout. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  for (const row of [columns, ...rows]) {
    const cells = row.map((cell, index) => cell.padEnd(widths[index] ?? 0));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}
