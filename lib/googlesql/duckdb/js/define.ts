/** JavaScript functions that DuckDB calls where its own cannot be exact: a signature in GoogleSQL's types, and the code. */

import { parseSignature, type Signature } from '../../functions/signature.ts';
import type { IntervalValue, SqlValue } from '../../values/sql-value.ts';

/** The value of a type in a signature. */
type ValueOf<Type extends string> = Type extends 'INT64' | 'NUMERIC' | 'BIGNUMERIC' | 'TIME' | 'DATETIME' | 'TIMESTAMP'
  ? bigint
  : Type extends 'FLOAT64' | 'DATE'
    ? number
    : Type extends 'STRING' | 'JSON'
      ? string
      : Type extends 'BOOL'
        ? boolean
        : Type extends 'BYTES'
          ? Uint8Array
          : Type extends 'INTERVAL'
            ? IntervalValue
            : Type extends `ARRAY<${infer Element}>`
              ? readonly (ValueOf<Element> | null)[]
              : SqlValue;

type ParametersOf<List extends string> = List extends ''
  ? []
  : List extends `${infer Head}, ${infer Tail}`
    ? [...ParameterOf<Head>, ...ParametersOf<Tail>]
    : ParameterOf<List>;

type ParameterOf<Text extends string> = Text extends `[${infer Type}]`
  ? [ValueOf<Type>?]
  : Text extends `${infer Type}...`
    ? ValueOf<Type>[]
    : [ValueOf<Text>];

/** What a function of this signature takes. */
export type ArgumentsOf<Text extends string> = Text extends `(${infer List}) -> ${string}` ? ParametersOf<List> : [];

/** What it gives. */
export type ResultOf<Text extends string> = Text extends `${string} -> ${infer Type}` ? ValueOf<Type> | null : never;

/** A function as the engine registers it. */
export interface JsFunction {
  readonly name: string;
  readonly signature: Signature;
  /** `skip`: NULL in gives NULL out without a call; `see`: the function is called with nulls. */
  readonly nulls: 'skip' | 'see';
  /** Each call gives something else: not folded, and not computed once for equal arguments. */
  readonly volatile?: true;
  /** So many arguments, the first ones, are literals wherever it is called: they are read once for many rows. */
  readonly constants?: number;
  readonly call: (...list: readonly SqlValue[]) => SqlValue;
}

type Nullable<List extends unknown[]> = { [Index in keyof List]: List[Index] | null };

/** A function that is not called for NULLs. */
export function js<Text extends string>(
  signature: Text,
  call: (...list: ArgumentsOf<Text>) => ResultOf<Text>,
): Omit<JsFunction, 'name'> {
  // DuckDB hands over values of the signature's types, whatever the signature.
  return { signature: parseSignature(signature), nulls: 'skip', call: call as unknown as JsFunction['call'] };
}

/** A function that is not called for NULLs, and gives something else each time. */
export function jsVolatile<Text extends string>(
  signature: Text,
  call: (...list: ArgumentsOf<Text>) => ResultOf<Text>,
): Omit<JsFunction, 'name'> {
  return { ...js(signature, call), volatile: true };
}

/** A function that sees NULLs. */
export function jsOfNulls<Text extends string>(
  signature: Text,
  call: (...list: Nullable<ArgumentsOf<Text>>) => ResultOf<Text>,
): Omit<JsFunction, 'name'> {
  return { signature: parseSignature(signature), nulls: 'see', call: call as unknown as JsFunction['call'] };
}

/** Names the functions of a table. */
export function named(table: Readonly<Record<string, Omit<JsFunction, 'name'>>>): readonly JsFunction[] {
  return Object.entries(table).map(([name, rest]) => ({ name, ...rest }));
}
