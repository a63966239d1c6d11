/** The words of a set operator: `LEFT UNION ALL BY NAME ON (a, b)`. */

import type { Identifier } from './ast-expression.ts';
import type { SetMatching, SetOperation } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { skipHint } from './parse-hint.ts';

/** A set operator as written. */
export type SetOperatorWords = Omit<SetOperation, 'kind' | 'inputs'>;

/** Whether two operators may stand in one chain. */
export function sameSetOperator(a: SetOperatorWords, b: SetOperatorWords): boolean {
  return (
    a.operator === b.operator && a.distinct === b.distinct && matchingText(a.matching) === matchingText(b.matching)
  );
}

function matchingText({ by, mode, columns }: SetMatching): string {
  return [by, mode, ...(columns?.map(({ name }) => name.toLowerCase()) ?? [])].join(' ');
}

/** `[FULL | LEFT | INNER] UNION {ALL | DISTINCT} [BY NAME | CORRESPONDING …]`, taken if it is next. */
export function parseSetOperator(p: Cursor): SetOperatorWords | undefined {
  const { at } = p;
  const start = p.mark();
  const outer = parseOuterMode(p);
  const operator = (['UNION', 'INTERSECT', 'EXCEPT'] as const).find((word) => p.accepts(word));
  if (operator === undefined) {
    p.rewind(start);
    return undefined;
  }
  skipHint(p);
  if (!p.sees('ALL') && !p.sees('DISTINCT')) throw p.unexpected('keyword ALL or keyword DISTINCT');
  const distinct = p.next().word === 'DISTINCT';
  return { at, operator, distinct, matching: parseMatching(p, outer) };
}

function parseOuterMode(p: Cursor): SetMatching['mode'] {
  if (p.accepts('INNER')) return 'INNER';
  if (p.accepts('OUTER')) return 'FULL';
  for (const mode of ['FULL', 'LEFT'] as const) {
    if (p.accepts(mode)) {
      p.accepts('OUTER');
      return mode;
    }
  }
  return 'DEFAULT';
}

function parseMatching(p: Cursor, outer: SetMatching['mode']): SetMatching {
  const mode = outer === 'DEFAULT' && p.accepts('STRICT') ? 'STRICT' : outer;
  if (p.accepts('BY', 'NAME')) return { by: 'NAME', mode, ...parseColumnList(p, 'ON') };
  if (p.accepts('CORRESPONDING')) return { by: 'CORRESPONDING', mode, ...parseColumnList(p, 'BY') };
  if (mode !== 'DEFAULT') throw p.unexpected();
  return { by: 'POSITION', mode };
}

function parseColumnList(p: Cursor, keyword: 'ON' | 'BY'): { readonly columns?: readonly Identifier[] } {
  if (!p.accepts(keyword)) return {};
  p.expect('(');
  const columns = p.list(() => p.identifier());
  p.expect(')');
  return { columns };
}
