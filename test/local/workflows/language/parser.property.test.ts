import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { scalarText } from '#local/workflows/language/expressions/operators.ts';
import { parseExpression } from '#local/workflows/language/expressions/parser.ts';
import type { BinaryOperator, Syntax } from '#local/workflows/language/expressions/syntax.ts';
import { ExpressionError } from '#local/workflows/language/expressions/tokens.ts';
import type { Value } from '#local/workflows/language/values/value.ts';

const BINDING: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  in: 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '//': 5,
  '%': 5,
};
const OPERATORS = Object.keys(BINDING) as BinaryOperator[];

const name = fc
  .constantFrom('a', 'b_2', 'total', 'Map', 'nothing')
  .map((text): Syntax => ({ kind: 'name', name: text, at: 0 }));
const literal = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
);

const at = 0;

const { tree } = fc.letrec<{ tree: Syntax }>((tie) => {
  const inner = tie('tree');
  return {
    tree: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      literal.map((value): Syntax => ({ kind: 'literal', value, at })),
      name,
      fc
        .tuple(fc.constantFrom(...OPERATORS), inner, inner)
        .map(([operator, left, right]): Syntax => ({ kind: 'binary', operator, left, right, at })),
      inner.map((operand): Syntax => ({ kind: 'unary', operator: 'not', operand, at })),
      name.map((operand): Syntax => ({ kind: 'unary', operator: '-', operand, at })),
      fc.tuple(name, inner).map(([object, key]): Syntax => ({ kind: 'member', object, key, dotted: false, at })),
      fc.array(inner, { maxLength: 3 }).map((items): Syntax => ({ kind: 'list', items, at })),
      fc
        .tuple(fc.constantFrom('len', 'text.find_all'), fc.array(inner, { maxLength: 3 }))
        .map(([callee, args]): Syntax => ({ kind: 'call', name: callee, args, at })),
    ),
  };
});

/** With no more parentheses than the precedence needs; `least` is what the surroundings bind. */
function print(node: Syntax, least = 0): string {
  switch (node.kind) {
    case 'literal':
      return printLiteral(node.value);
    case 'name':
      return node.name;
    case 'list':
      return `[${node.items.map((item) => print(item)).join(', ')}]`;
    case 'map':
      return `{${node.entries.map(([key, value]) => `${printString(key)}: ${print(value)}`).join(', ')}}`;
    case 'call':
      return `${node.name}(${node.args.map((item) => print(item)).join(',')})`;
    case 'member':
      return `${print(node.object)}[${print(node.key)}]`;
    case 'unary':
      return `${node.operator === 'not' ? 'not ' : '-'}${print(node.operand, 6)}`;
    case 'binary': {
      const binding = BINDING[node.operator];
      const text = `${print(node.left, binding - 0.5)} ${node.operator} ${print(node.right, binding)}`;
      return binding > least ? text : `(${text})`;
    }
  }
}

function printLiteral(value: Value): string {
  if (typeof value === 'string') return printString(value);
  if (typeof value !== 'number') return String(scalarText(value) ?? null);
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function printString(value: string): string {
  const units = Array.from({ length: value.length }, (_none, index) => value.charCodeAt(index));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}

/** The same with every place at the start. */
function withoutPlaces(syntax: Syntax): unknown {
  return JSON.parse(
    JSON.stringify(syntax, (key, value: unknown) => {
      if (key === 'at') return at;
      return typeof value === 'bigint' ? `${value}n` : value;
    }),
  );
}

test('an expression written out with the fewest parentheses is read as what it was', () => {
  fc.assert(
    fc.property(tree, (node) => {
      assert.deepEqual(withoutPlaces(parseExpression(print(node))), withoutPlaces(node));
    }),
    { numRuns: 500 },
  );
});

test('any text is read or refused with a place inside of it, in bounded time', () => {
  const scrap = fc.array(
    fc.oneof(
      fc.constantFrom(...OPERATORS, 'not', 'name', ..."()[]{}.,:\\' ".split(''), '"'),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(scrap, (parts) => {
      const text = parts.join('');
      try {
        parseExpression(text);
      } catch (error) {
        assert.ok(error instanceof ExpressionError, String(error));
        assert.ok(error.at >= 0 && error.at <= text.length);
      }
    }),
    { numRuns: 1000 },
  );
});
