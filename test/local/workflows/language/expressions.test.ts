import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf, valueOf } from './world.ts';

/** Expression, and the JSON of its value or the message of its error. */
async function check(cases: readonly (readonly [string, unknown])[], argument?: unknown): Promise<void> {
  for (const [expression, expected] of cases) {
    assert.deepEqual(await valueOf(expression, argument), expected, expression);
  }
}

test('numbers, strings, constants, lists and maps can be written', async () => {
  await check([
    ['42', 42],
    ['-42', -42],
    ['4.5', 4.5],
    ['1.5e3', 1500],
    [`"a\\n\\"b\\" \\u00e5"`, 'a\n"b" å'],
    [`'it is "so"'`, 'it is "so"'],
    ['true', true],
    ['False', false],
    ['TRUE', true],
    ['null', null],
    ['[1, "two", [3]]', [1, 'two', [3]]],
    ['{"a": 1, "b": {"c": [2]}}', { a: 1, b: { c: [2] } }],
  ]);
});

test('the smallest integer can be written, one below cannot', async () => {
  assert.equal(await valueOf('string(-9223372036854775808)'), '-9223372036854775808');
  assert.match(problemsOf('- s:\n    return: ${9223372036854775808}').join(), /needs over 64 bits/);
});

test('operators bind in the order that the documentation gives', async () => {
  await check([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['27 * 9/5 + 32', 80.6],
    ['10 - 4 - 3', 3],
    ['2 + 3 < 6 and 1 == 1', true],
    ['true or false and false', true],
    ['not false == true', true],
    ['not (1 == 2)', true],
    ['-2 + 5', 3],
    ['1 < 2 == true', true],
    ['"k" in {"k": 1} and not("z" in {"k": 1})', true],
  ]);
});

test('and, or and not may be upper case, and take booleans only', async () => {
  await check([
    ['true AND false OR true', true],
    ['NOT false', true],
    ['1 and true', "TypeError: unsupported operand type for and: 'integer' (expecting boolean)"],
    ['not "a"', "TypeError: unsupported operand type for not: 'string' (expecting boolean)"],
  ]);
});

test('and and or leave their right side unread when the left one decides', async () => {
  await check(
    [
      ['false and x.missing', false],
      ['true or x.missing', true],
      ['true and x.missing', 'KeyError: key not found: missing'],
    ],
    {},
  );
});

test('division is exact, floor division floors, and the remainder follows it', async () => {
  await check([
    ['7 / 2', 3.5],
    ['7 // 2', 3],
    ['-7 // 2', -4],
    ['-7 % 2', 1],
    ['7 % -2', -1],
    ['7.5 // 2', 3],
    ['7.5 % 2', 1.5],
    ['1 / 0', 'ZeroDivisionError: division by zero'],
    ['1 % 0', 'ZeroDivisionError: division by zero'],
    ['1.0 // 0', 'ZeroDivisionError: division by zero'],
  ]);
});

test('plus adds numbers and joins strings with numbers and booleans, and refuses anything else', async () => {
  await check([
    ['1 + 2', 3],
    ['1 + 2.5', 3.5],
    ['"a" + 1', 'a1'],
    ['1.5 + "a"', '1.5a'],
    ['"is " + true', 'is true'],
    ['1 + true', "TypeError: unsupported operand types for +: 'integer' and 'boolean'"],
    ['"a" + null', "TypeError: unsupported operand types for +: 'string' and 'null'"],
    ['{} + 1', "TypeError: unsupported operand types for +: 'dict' and 'integer'"],
    ['9223372036854775807 + 1', 'ValueError: integer overflow'],
  ]);
});

test('equality is deep, crosses integers and doubles, and is false across other types', async () => {
  await check([
    ['1 == 1.0', true],
    ['9007199254740993 == 9007199254740992.0', false],
    ['"1" == 1', false],
    ['null == null', true],
    ['[1, {"a": 2}] == [1.0, {"a": 2}]', true],
    ['{"a": 1, "b": 2} == {"b": 2, "a": 1}', true],
    ['[1] != [1, 2]', true],
  ]);
});

test('order is for two numbers or two strings', async () => {
  await check([
    ['1 < 1.5', true],
    ['"a" < "b"', true],
    ['2 >= 2', true],
    ['"a" < 1', "TypeError: unsupported operand types for <: 'string' and 'integer'"],
    ['null <= null', "TypeError: unsupported operand types for <=: 'null' and 'null'"],
  ]);
});

test('in looks for values in lists and for keys in maps', async () => {
  await check([
    ['2 in [1, 2]', true],
    ['"b" in {"a": 1}', false],
    ['1 in "111"', "TypeError: The argument of 'in' must be a dict or an array; got: string"],
    ['"a" in null', "TypeError: The argument of 'in' must be a dict or an array; got: null"],
  ]);
});

test('members are read by name, key and index, and must exist', async () => {
  await check(
    [
      ['x.a.b', 1],
      ['x["a"]["b"]', 1],
      ['x.list[1]', 'two'],
      ['x.list[len(x.list) - 1]', 'two'],
      ['x.nope', 'KeyError: key not found: nope'],
      ['x.list[2]', 'IndexError: list index out of range: 2, the list has 2 elements'],
      ['x.list[-1]', 'IndexError: list index out of range: -1, the list has 2 elements'],
      ['x.list["0"]', "TypeError: an index of a list must be an integer, not 'string'"],
      ['x.a.b.c', "TypeError: cannot read key 'c' of a value of type 'integer'"],
    ],
    { a: { b: 1 }, list: ['one', 'two'] },
  );
});

test('a key that is a word of the language can be read with a dot', async () => {
  assert.deepEqual(await valueOf('x.in + x.not', { in: 1, not: 2 }), 3);
});

test('what is no expression is told with its place', () => {
  const source = (text: string): string => `- s:\n    return: \${${text}}`;
  assert.match(problemsOf(source('1 +')).join(), /^2: parse error: expression ends too early/);
  assert.match(problemsOf(source('(1')).join(), /expected '\)', found the end of the expression/);
  assert.match(problemsOf(source('1 2')).join(), /unexpected 2/);
  assert.match(problemsOf(source('a And b')).join(), /unexpected 'And'/);
  assert.match(problemsOf(source('1 not in [1]')).join(), /unexpected 'not'/);
  assert.match(problemsOf(source('"a')).join(), /string starts with " and does not end/);
  assert.match(problemsOf(source('1 & 2')).join(), /unexpected character '&'/);
  assert.match(problemsOf(source('"a"(1)')).join(), /only a function can be called/);
});
