/**
 * The helpers that need no module name.
 * Source: https://cloud.google.com/workflows/docs/reference/stdlib/expression-helpers
 */
import { raise } from '../errors.ts';
import { keysOf, scalarText } from '../expressions/operators.ts';
import { fitsInteger } from '../values/json.ts';
import { isList, isMap, typeName, typeNameInMessage, type Value } from '../values/value.ts';
import { pure, type StandardFunction } from './function.ts';

export const BUILTINS: readonly StandardFunction[] = [
  pure('double(x)', (args) => toDouble(args.value('x'))),
  pure('int(x)', (args) => toInteger(args.value('x'))),
  pure('string(x)', (args) => toText(args.value('x'))),
  pure('keys(map)', (args) => keysOf(args.map('map'))),
  pure('len(value)', (args) => length(args.value('value'))),
  pure('get_type(value)', (args) => typeName(args.value('value'))),
  pure('default(val, defaultVal)', (args) => args.value('val') ?? args.value('defaultVal')),
  pure('if(condition, ifTrue, ifFalse)', (args) => {
    const condition = args.value('condition');
    if (condition !== null && typeof condition !== 'boolean') args.refuse('condition', 'a boolean');
    return args.value(condition === true ? 'ifTrue' : 'ifFalse');
  }),
];

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

function toDouble(value: Value): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return wrongType('double', value, 'number or string');
  return NUMBER.test(value) ? Number(value) : unreadable('double', value);
}

/** Doubles lose what is behind the point. */
function toInteger(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return checked(Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined, value);
  if (typeof value !== 'string') return wrongType('int', value, 'number or string');
  return checked(/^[+-]?\d+$/.test(value) ? BigInt(value.replace('+', '')) : undefined, value);
}

function checked(integer: bigint | undefined, from: Value): bigint {
  return integer !== undefined && fitsInteger(integer) ? integer : unreadable('int', from);
}

function toText(value: Value): string {
  return scalarText(value) ?? wrongType('string', value, 'number, string, or boolean');
}

function wrongType(name: string, value: Value, expected: string): never {
  const type = typeNameInMessage(value);
  return raise('TypeError', `unsupported operand type for ${name}(): '${type}' (expecting ${expected})`);
}

function unreadable(name: string, value: Value): never {
  return raise('ValueError', `invalid value for ${name}(): '${scalarText(value) ?? ''}'`);
}

/** Elements of a list, entries of a map, characters of a string. */
function length(value: Value): bigint {
  if (typeof value === 'string') return BigInt(Array.from(value).length);
  if (isList(value)) return BigInt(value.length);
  if (isMap(value)) return BigInt(value.size);
  return wrongType('len', value, 'dict, list, or string');
}
