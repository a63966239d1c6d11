/** Places in SQL text: offsets inside the compiler, line and column only where a person reads them. */

/** A place, both from 1. Columns count characters (not UTF-16 units); a tab advances to the next multiple of 8. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const TAB_WIDTH = 8;

/** Line and column of an offset, counted as GoogleSQL does: `\n`, `\r` and `\r\n` each end a line. */
export function positionAt(text: string, offset: number): Position {
  const end = Math.min(offset, text.length);
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x0a || (unit === 0x0d && text.charCodeAt(i + 1) !== 0x0a)) {
      line++;
      lineStart = i + 1;
    }
  }
  return { line, column: columnWithin(text, lineStart, end) };
}

function columnWithin(text: string, lineStart: number, end: number): number {
  let column = 1;
  for (const character of text.slice(lineStart, end)) {
    column = character === '\t' ? column + TAB_WIDTH - ((column - 1) % TAB_WIDTH) : column + 1;
  }
  return column;
}
