/**
 * What the operators do with values.
 * Source: https://cloud.google.com/workflows/docs/reference/syntax/datatypes#implicit-conversions
 */
import { exceed, raise } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { fitsInteger, numberText } from '../values/json.ts';
import { isTooLong } from '../values/size.ts';
import {
  equal,
  isList,
  isMap,
  isNumeric,
  sortedKeys,
  typeNameInMessage,
  type ListValue,
  type MapValue,
  type Value,
} from '../values/value.ts';
import type { BinaryOperator, UnaryOperator } from './syntax.ts';

/** A binary operator on two values; `and` and `or` are not here, because they may leave their right side unread. */
export function applyBinary(operator: Exclude<BinaryOperator, 'and' | 'or'>, left: Value, right: Value): Value {
  switch (operator) {
    case '+':
      return add(left, right);
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case 'in':
      return contains(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    default:
      return arithmetic(operator, left, right);
  }
}

export function applyUnary(operator: UnaryOperator, operand: Value): Value {
  if (operator === 'not') return !toBoolean('not', operand);
  if (typeof operand === 'bigint') return integer(-operand);
  if (typeof operand === 'number') return -operand;
  return raise('TypeError', `unsupported operand type for -: '${typeNameInMessage(operand)}'`);
}

/** The operand of `and`, `or`, `not`: nothing but a boolean counts as one. */
export function toBoolean(operator: string, operand: Value): boolean {
  if (typeof operand === 'boolean') return operand;
  return raise(
    'TypeError',
    `unsupported operand type for ${operator}: '${typeNameInMessage(operand)}' (expecting boolean)`,
  );
}

/** Numbers add; beside a string, a number or boolean is written out and joined; anything else is refused. */
function add(left: Value, right: Value): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return integer(left + right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) + Number(right);
  if (typeof left !== 'string' && typeof right !== 'string') return unsupported('+', left, right);
  const start = scalarText(left);
  const end = scalarText(right);
  if (start === undefined || end === undefined) return unsupported('+', left, right);
  return checkedString(start + end);
}

/** Numbers, booleans and strings as text; undefined for what has none. */
export function scalarText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Fails the execution when a string grew over the limit. */
export function checkedString(text: string): string {
  return isTooLong(text) ? exceed(`String exceeds the limit of ${LIMITS.stringBytes} bytes`) : text;
}

function unsupported(operator: string, left: Value, right: Value): never {
  return raise(
    'TypeError',
    `unsupported operand types for ${operator}: '${typeNameInMessage(left)}' and '${typeNameInMessage(right)}'`,
  );
}

function integer(value: bigint): bigint {
  return fitsInteger(value) ? value : raise('ValueError', 'integer overflow');
}

type Arithmetic = '-' | '*' | '/' | '//' | '%';

function arithmetic(operator: Arithmetic, left: Value, right: Value): Value {
  if (!isNumeric(left) || !isNumeric(right)) return unsupported(operator, left, right);
  if ((operator === '/' || operator === '//' || operator === '%') && Number(right) === 0) {
    return raise('ZeroDivisionError', 'division by zero');
  }
  if (typeof left === 'bigint' && typeof right === 'bigint') return onIntegers(operator, left, right);
  return onDoubles(operator, Number(left), Number(right));
}

function onIntegers(operator: Arithmetic, left: bigint, right: bigint): Value {
  switch (operator) {
    case '-':
      return integer(left - right);
    case '*':
      return integer(left * right);
    case '/':
      return Number(left) / Number(right);
    case '//':
      return integer(floorDivide(left, right));
    default:
      return left - right * floorDivide(left, right);
  }
}

function floorDivide(left: bigint, right: bigint): bigint {
  const quotient = left / right;
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient;
}

function onDoubles(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '//':
      return Math.floor(left / right);
    default:
      return left - right * Math.floor(left / right);
  }
}

function compare(operator: '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean {
  const strings = typeof left === 'string' && typeof right === 'string';
  if (!strings && !(isNumeric(left) && isNumeric(right))) return unsupported(operator, left, right);
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

/** `in`: a value in a list, a key in a map. */
function contains(left: Value, right: Value): boolean {
  if (isList(right)) return right.some((item) => equal(item, left));
  if (isMap(right)) return typeof left === 'string' && right.has(left);
  return raise('TypeError', `The argument of 'in' must be a dict or an array; got: ${typeNameInMessage(right)}`);
}

/** `object.key`, `object["key"]`, `list[index]`. */
export function member(object: Value, key: Value): Value {
  if (isMap(object)) return fromMap(object, key);
  if (isList(object)) return fromList(object, key);
  return raise('TypeError', `cannot read ${describeKey(key)} of a value of type '${typeNameInMessage(object)}'`);
}

function fromMap(map: MapValue, key: Value): Value {
  if (typeof key !== 'string') {
    return raise('TypeError', `a key of a dict must be a string, not '${typeNameInMessage(key)}'`);
  }
  const value = map.get(key);
  return value === undefined ? raise('KeyError', `key not found: ${key}`) : value;
}

function fromList(list: ListValue, key: Value): Value {
  const value = list[listIndex(list, key)];
  return value === undefined ? null : value;
}

/** The place in a list that an index names; the place must exist. */
function listIndex(list: ListValue, key: Value): number {
  if (typeof key !== 'bigint') {
    return raise('TypeError', `an index of a list must be an integer, not '${typeNameInMessage(key)}'`);
  }
  if (key < 0n || key >= BigInt(list.length)) {
    return raise('IndexError', `list index out of range: ${key}, the list has ${list.length} elements`);
  }
  return Number(key);
}

function describeKey(key: Value): string {
  return typeof key === 'string' ? `key '${key}'` : `index ${scalarText(key) ?? typeNameInMessage(key)}`;
}

/** A copy of `target` in which the place that `path` names holds `value`; missing levels of maps are made. */
export function withMember(target: Value | undefined, path: readonly Value[], value: Value): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (target === undefined || isMap(target)) {
    const map = target ?? new Map<string, Value>();
    if (typeof key !== 'string') {
      return raise('TypeError', `a key of a dict must be a string, not '${typeNameInMessage(key)}'`);
    }
    return new Map(map).set(key, withMember(map.get(key), rest, value));
  }
  if (isList(target)) {
    const index = listIndex(target, key);
    return target.with(index, withMember(target[index], rest, value));
  }
  return raise('TypeError', `cannot set ${describeKey(key)} of a value of type '${typeNameInMessage(target)}'`);
}

/** The keys of a map as a list. */
export function keysOf(map: MapValue): ListValue {
  return sortedKeys(map);
}
