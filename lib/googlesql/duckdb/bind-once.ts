/** Arguments that are written more than once, computed once. */

import type { Expression } from '../tree/expression.ts';
import { containsSubquery, isVolatile } from '../tree/walk.ts';
import { freshName, type Context } from './context.ts';

/** Longest argument that may be written again; longer ones are computed once. */
const MAX_COPIED = 60;

/** An argument as a tree, and as DuckDB SQL. */
export interface Argument {
  readonly expression: Expression | undefined;
  readonly text: string;
}

/** Names for arguments, and what must stand around the text that uses them. */
export interface Bound {
  readonly texts: readonly string[];
  readonly wrap: (text: string) => string;
}

/** Whether an argument that is written `count` times must be computed once. */
export function mustBind({ expression, text }: Argument, count: number): boolean {
  return canBind(expression) && count > 1 && (text.length > MAX_COPIED || isVolatile(expression));
}

/** Whether an argument is worth a name, and may have one. */
export function canBind(expression: Expression | undefined): expression is Expression {
  if (expression === undefined) return false;
  return !['part', 'literal', 'column', 'parameter'].includes(expression.kind);
}

/** Binds the arguments picked out in a lambda over a one-element list: DuckDB has no other LET. */
export function bindOnce(list: readonly Argument[], picked: readonly boolean[], context: Context): Bound {
  const texts = list.map(({ text }) => text);
  if (!picked.includes(true)) return { texts, wrap: (text) => text };
  // Lambdas cannot hold subqueries; the list that they go over can.
  const inList = list.map(
    ({ expression }, i) => picked[i] === true || (canBind(expression) && containsSubquery(expression)),
  );
  const name = freshName(context, 'v');
  const fields = texts.flatMap((text, i) => (inList[i] === true ? [`'a${i}': ${text}`] : []));
  return {
    texts: texts.map((text, i) => (inList[i] === true ? `${name}.a${i}` : text)),
    wrap: (text) => `list_transform([{${fields.join(', ')}}], lambda ${name}: ${text})[1]`,
  };
}
