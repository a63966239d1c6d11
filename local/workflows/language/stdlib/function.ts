/** What a function of the standard library is, and checks on the arguments it gets. */
import { raise } from '../errors.ts';
import type { ExpressionHost } from '../program.ts';
import type { BlockingHost, Run } from '../run.ts';
import {
  isList,
  isMap,
  isNumeric,
  typeNameInMessage,
  type ListValue,
  type MapValue,
  type Value,
} from '../values/value.ts';

/** Arguments come in the order of `parameters`, with null for those left out. */
export type StandardFunction = Signature &
  (
    | { readonly kind: 'pure'; apply(args: readonly Value[]): Value }
    /** Asks the execution for something that is not in its arguments, and is answered at once. */
    | { readonly kind: 'asking'; apply(args: readonly Value[], host: ExpressionHost): Value }
    /** Waits for the world; `blocking` ones are only for `call` steps, not for expressions. */
    | { readonly kind: 'waiting' | 'blocking'; run(args: readonly Value[], host: BlockingHost): Run<Value> }
  );

export interface Signature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
}

/** `text.encode(text, charset?)`: the name, and the arguments in order, those with `?` being optional. */
function signature(text: string): Signature {
  const [name = '', list = ''] = text.replace(')', '').split('(');
  const parameters = list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => ({ name: part.replace('?', ''), required: !part.endsWith('?') }));
  return { name, parameters };
}

export function pure(text: string, apply: (args: Arguments) => Value): StandardFunction {
  const own = signature(text);
  return { ...own, kind: 'pure', apply: (values) => apply(new Arguments(own, values)) };
}

export function asking(text: string, apply: (args: Arguments, host: ExpressionHost) => Value): StandardFunction {
  const own = signature(text);
  return { ...own, kind: 'asking', apply: (values, host) => apply(new Arguments(own, values), host) };
}

export function blocking(text: string, run: (args: Arguments, host: BlockingHost) => Run<Value>): StandardFunction {
  const own = signature(text);
  return { ...own, kind: 'blocking', run: (values, host) => run(new Arguments(own, values), host) };
}

/** A function that waits but may be called in an expression. */
export function waiting(text: string, run: (args: Arguments, host: BlockingHost) => Run<Value>): StandardFunction {
  const own = signature(text);
  return { ...own, kind: 'waiting', run: (values, host) => run(new Arguments(own, values), host) };
}

/** The arguments of one call, read by name and checked on the way. */
export class Arguments {
  readonly #signature: Signature;
  readonly #values: readonly Value[];

  constructor(own: Signature, values: readonly Value[]) {
    this.#signature = own;
    this.#values = values;
  }

  value(name: string): Value {
    return this.#values[this.#signature.parameters.findIndex((parameter) => parameter.name === name)] ?? null;
  }

  string(name: string): string {
    const value = this.value(name);
    return typeof value === 'string' ? value : this.refuse(name, 'a string');
  }

  bytes(name: string): Uint8Array {
    const value = this.value(name);
    return value instanceof Uint8Array ? value : this.refuse(name, 'bytes');
  }

  list(name: string): ListValue {
    const value = this.value(name);
    return isList(value) ? value : this.refuse(name, 'a list');
  }

  map(name: string): MapValue {
    const value = this.value(name);
    return isMap(value) ? value : this.refuse(name, 'a dict');
  }

  number(name: string): bigint | number {
    const value = this.value(name);
    return isNumeric(value) ? value : this.refuse(name, 'a number');
  }

  integer(name: string): number {
    const value = this.value(name);
    return typeof value === 'bigint' ? Number(value) : this.refuse(name, 'an integer');
  }

  /** A string, or what stands for it when it was left out. */
  stringOr<Otherwise>(name: string, otherwise: Otherwise): string | Otherwise {
    return this.value(name) === null ? otherwise : this.string(name);
  }

  booleanOr(name: string, otherwise: boolean): boolean {
    const value = this.value(name);
    if (value === null) return otherwise;
    return typeof value === 'boolean' ? value : this.refuse(name, 'a boolean');
  }

  /** A number as a double, or what stands for it when it was left out. */
  numberOr(name: string, otherwise: number): number {
    return this.value(name) === null ? otherwise : Number(this.number(name));
  }

  /** Raises a TypeError about one argument. */
  refuse(name: string, expected: string): never {
    const got = typeNameInMessage(this.value(name));
    return raise('TypeError', `${this.#signature.name}(): argument '${name}' must be ${expected}; got: ${got}`);
  }

  /** Raises a ValueError about one argument. */
  invalid(name: string, why: string): never {
    return raise('ValueError', `${this.#signature.name}(): argument '${name}' ${why}`);
  }
}
