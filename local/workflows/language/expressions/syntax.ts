/** What an expression says, before its names are looked up. */
import type { Value } from '../values/value.ts';

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '//'
  | '%'
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | 'in'
  | 'and'
  | 'or';

export type UnaryOperator = '-' | 'not';

/** `at` is the offset in the expression's text. */
export type Syntax =
  | { readonly kind: 'literal'; readonly value: Value; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'member';
      readonly object: Syntax;
      readonly key: Syntax;
      readonly dotted: boolean;
      readonly at: number;
    }
  | { readonly kind: 'list'; readonly items: readonly Syntax[]; readonly at: number }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Syntax])[]; readonly at: number }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Syntax; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Syntax;
      readonly right: Syntax;
      readonly at: number;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Syntax[]; readonly at: number };

/** The dotted name that a chain of names spells, `http.default_retry`; undefined for anything else. */
export function dottedName(syntax: Syntax): string | undefined {
  if (syntax.kind === 'name') return syntax.name;
  if (syntax.kind !== 'member' || !syntax.dotted || syntax.key.kind !== 'literal') return undefined;
  const object = dottedName(syntax.object);
  return object === undefined || typeof syntax.key.value !== 'string' ? undefined : `${object}.${syntax.key.value}`;
}
