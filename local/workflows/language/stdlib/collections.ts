/** `list`, `map` and `math`: they answer copies, and leave what they are given as it is. */
import { raise } from '../errors.ts';
import { applyUnary } from '../expressions/operators.ts';
import { isList, isMap, type MapValue, type Value } from '../values/value.ts';
import { pure, type Arguments, type StandardFunction } from './function.ts';

export const COLLECTIONS: readonly StandardFunction[] = [
  pure('list.concat(objs, val)', (args) => [...args.list('objs'), args.value('val')]),
  pure('list.prepend(objs, val)', (args) => [args.value('val'), ...args.list('objs')]),
  pure('map.get(map, keys)', (args) => getPath(args)),
  pure('map.delete(map, key)', (args) => without(args.map('map'), args.string('key'))),
  pure('map.merge(first, second)', (args) => new Map([...args.map('first'), ...args.map('second')])),
  pure('map.merge_nested(first, second)', (args) => mergeNested(args.map('first'), args.map('second'))),
  pure('math.abs(x)', (args) => absolute(args.number('x'))),
  pure('math.max(x, y)', (args) => (args.number('x') >= args.number('y') ? args.value('x') : args.value('y'))),
  pure('math.min(x, y)', (args) => (args.number('x') <= args.number('y') ? args.value('x') : args.value('y'))),
];

/** What a key, or a list of keys one within the other, leads to; null when the way ends. */
function getPath(args: Arguments): Value {
  const keys = args.value('keys');
  const path = isList(keys) ? keys : [args.string('keys')];
  let value: Value = args.map('map');
  for (const key of path) {
    if (typeof key !== 'string') return args.refuse('keys', 'a string or a list of strings');
    if (!isMap(value)) return null;
    value = value.get(key) ?? null;
  }
  return value;
}

function without(map: MapValue, key: string): MapValue {
  return new Map([...map].filter(([own]) => own !== key));
}

function mergeNested(first: MapValue, second: MapValue): MapValue {
  const merged = new Map(first);
  for (const [key, value] of second) {
    const before = merged.get(key) ?? null;
    merged.set(key, isMap(before) && isMap(value) ? mergeNested(before, value) : value);
  }
  return merged;
}

function absolute(x: bigint | number): Value {
  if (typeof x === 'number') return Math.abs(x);
  return x === -(2n ** 63n) ? raise('ValueError', 'integer overflow') : x < 0n ? applyUnary('-', x) : x;
}
