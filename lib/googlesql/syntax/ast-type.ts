/** Type names as written. */

import type { Identifier } from './ast-expression.ts';

/** Arguments of a parameterised type: `STRING(10)`, `NUMERIC(10, 2)`; `MAX` is kept as a word. */
export type TypeArgument = { readonly text: string; readonly at: number };

export type TypeName =
  | {
      readonly kind: 'simple';
      readonly at: number;
      /** Upper-case name. */
      readonly name: string;
      readonly arguments: readonly TypeArgument[];
    }
  | { readonly kind: 'array'; readonly at: number; readonly element: TypeName }
  | {
      readonly kind: 'struct';
      readonly at: number;
      readonly fields: readonly { readonly name?: Identifier; readonly type: TypeName }[];
    }
  | { readonly kind: 'range'; readonly at: number; readonly element: TypeName };
