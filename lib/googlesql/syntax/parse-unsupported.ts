/** Statements that BigQuery has and that are only named here, so that the refusal can say which. */

import type { UnsupportedStatement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { TokenKind } from './token.ts';

/** Words that say what is done to what. */
const kinds: ReadonlySet<string> = new Set(
  (
    'CREATE ALTER DROP UNDROP EXPORT LOAD GRANT REVOKE CALL BEGIN COMMIT ROLLBACK EXTERNAL SNAPSHOT MATERIALIZED SCHEMA TABLE ' +
    'VIEW FUNCTION AGGREGATE PROCEDURE MODEL DATA METADATA TRANSACTION SEARCH VECTOR INDEX ROW ACCESS POLICY POLICIES ' +
    'CAPACITY RESERVATION ASSIGNMENT CONNECTION PROJECT ORGANIZATION BI_CAPACITY PROPERTY GRAPH'
  ).split(' '),
);

/** Words that may stand between those. */
const modifiers: ReadonlySet<string> = new Set(['OR', 'REPLACE', 'TEMP', 'TEMPORARY', 'ALL']);

/** Takes everything up to the next semicolon; the name is the words that say what it is. */
export function parseUnsupported(p: Cursor, at: number): UnsupportedStatement {
  if (p.peek().kind !== TokenKind.word) throw p.unexpected();
  const name = nameOf(p.text.slice(at));
  // The body of a procedure has semicolons of its own, and whatever is behind it cannot run without it.
  const last = name === 'CREATE PROCEDURE' ? undefined : ';';
  while (p.peek().kind !== TokenKind.end && p.peek().word !== last) p.next();
  return { kind: 'unsupported', at, end: p.end, name };
}

function nameOf(text: string): string {
  const name: string[] = [];
  for (const [word] of text.matchAll(/\S+/g)) {
    const upper = word.replace(/;.*$/, '').toUpperCase();
    if (kinds.has(upper)) name.push(upper);
    else if (!modifiers.has(upper)) break;
  }
  return name.join(' ');
}
