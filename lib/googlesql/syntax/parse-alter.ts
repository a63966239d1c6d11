/** ALTER. */

import type { AlterAction, AlterStatement, Statement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseColumn, parseDefault, parseOptions } from './parse-column.ts';
import { acceptsWords } from './parse-words.ts';
import { parseTableName } from './parse-table-name.ts';
import { parseType } from './parse-type.ts';
import { parseUnsupported } from './parse-unsupported.ts';

const alterable = ['SCHEMA', 'TABLE', 'VIEW', 'MATERIALIZED VIEW'] as const;

/** `ALTER kind [IF EXISTS] name action, …`. */
export function parseAlter(p: Cursor): Statement {
  const at = p.expect('ALTER').start;
  const altered = alterable.find((kind) => acceptsWords(p, kind));
  if (altered === undefined) return parseUnsupported(p, at);
  const ifExists = p.accepts('IF', 'EXISTS');
  const name = parseTableName(p);
  const actions = p.list(() => parseAction(p));
  return { kind: 'alter', at, end: p.end, altered, name, ifExists, actions } satisfies AlterStatement;
}

function parseAction(p: Cursor): AlterAction {
  const from = p.at;
  if (p.accepts('SET', 'OPTIONS')) {
    p.rewind(p.mark() - 1);
    return { kind: 'setOptions', options: parseOptions(p) };
  }
  if (p.accepts('ADD', 'COLUMN')) {
    const ifNotExists = p.accepts('IF', 'NOT', 'EXISTS');
    return { kind: 'addColumn', column: parseColumn(p), ifNotExists };
  }
  if (p.accepts('DROP', 'COLUMN')) {
    const ifExists = p.accepts('IF', 'EXISTS');
    return { kind: 'dropColumn', name: p.identifier(), ifExists };
  }
  if (p.accepts('RENAME', 'TO')) return { kind: 'renameTo', name: p.identifier() };
  if (p.accepts('RENAME', 'COLUMN')) {
    const ifExists = p.accepts('IF', 'EXISTS');
    const column = p.identifier();
    p.expect('TO');
    return { kind: 'renameColumn', from: column, to: p.identifier(), ifExists };
  }
  if (p.accepts('ALTER', 'COLUMN')) return parseColumnAction(p);
  return skipAction(p, from);
}

function parseColumnAction(p: Cursor): AlterAction {
  const from = p.at;
  p.accepts('IF', 'EXISTS');
  const name = p.identifier();
  if (p.sees('SET', 'OPTIONS')) {
    p.next();
    return { kind: 'columnOptions', name, options: parseOptions(p) };
  }
  if (p.accepts('DROP', 'NOT', 'NULL')) return { kind: 'columnDropNotNull', name };
  if (p.accepts('SET', 'DATA', 'TYPE')) return { kind: 'columnType', name, type: parseType(p) };
  if (p.accepts('SET', 'DEFAULT')) return { kind: 'columnDefault', name, default: parseDefault(p) };
  if (p.accepts('DROP', 'DEFAULT')) return { kind: 'columnDefault', name };
  return skipAction(p, from);
}

function skipAction(p: Cursor, from: number): AlterAction {
  parseUnsupported(p, from);
  return { kind: 'unsupported', text: p.text.slice(from, p.end) };
}
