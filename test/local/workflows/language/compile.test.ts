import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileWorkflow } from '#local/workflows/language/compile.ts';
import { problemsOf } from './world.ts';

test('every problem of a source is told at once, in order, each with line and column', () => {
  const source = `
main:
  params: [a, b]
  steps:
    - first:
        asign:
          - x: 1
    - first:
        call: http.gett
        next: nowhere
    - second:
        return: \${1 +}
helper:
  steps: []`;
  const compiled = compileWorkflow(source);
  assert.equal(compiled.kind, 'invalid');
  const told = compiled.kind === 'invalid' ? compiled.problems : [];
  assert.deepEqual(
    told.map(({ line, column, message, step }) => `${line}:${column} ${step ?? '-'}: ${message}`),
    [
      "3:3 -: workflow 'main' has 2 params, more than the 1 allowed",
      "6:9 first: unknown key 'asign' in step 'first'; allowed are: assign, call, switch, for, parallel, try, raise, return, steps, args, result, retry, except, next",
      "5:7 first: step 'first' does nothing",
      "8:7 -: duplicate step name 'first'",
      "9:15 first: symbol 'http.gett' not found",
      "10:15 first: 'next' leads to step 'nowhere', which cannot be reached from here",
      '12:22 second: parse error: expression ends too early in expression ${1 +}',
      "14:10 -: 'steps' must be a list of at least one step",
    ].sort((left, right) => Number.parseInt(left, 10) - Number.parseInt(right, 10)),
  );
});

test('broken YAML is told with its place', () => {
  assert.match(problemsOf('main:\n  steps: [').join(), /^\d+: parse error: /);
  assert.match(problemsOf('a: 1\na: 2').join(), /parse error: Map keys must be unique/);
  assert.deepEqual(problemsOf(''), ['1: parse error: the source is empty']);
  assert.deepEqual(problemsOf('hello'), ["1: parse error: a workflow is a list of steps, or a map with 'main'"]);
  assert.match(problemsOf('- a:\n    return: ${"x: " + 1}').join(), /^2: parse error/);
  assert.match(problemsOf('- a:\n    return: "${1"').join(), /unterminated expression/);
  assert.match(problemsOf('- a:\n    return: 99999999999999999999').join(), /does not fit in 64 bits/);
});

test('aliases are written out, but not without end', () => {
  assert.deepEqual(problemsOf('- a:\n    assign:\n      - x: &v [1, 2]\n      - y: *v'), []);
  assert.match(problemsOf('- a:\n    return: &x [*x]').join(), /nested deeper than 200 levels/);
  const bomb = ['- s:', '    assign:', '      - a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]'];
  for (let level = 1; level < 9; level += 1) {
    const refs = Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ');
    bomb.push(`      - a${level}: &a${level} [${refs}]`);
  }
  assert.match(problemsOf(bomb.join('\n')).join(), /too large with its aliases written out/);
});

const step = (body: string): string => `- s:\n    ${body}`;

test('a step does one thing, with what belongs to it', () => {
  assert.deepEqual(problemsOf(step('{return: 1, raise: x}')), ["2: a step cannot have both 'raise' and 'return'"]);
  assert.deepEqual(problemsOf(step('{return: 1, args: {a: 1}}')), ["2: 'args' needs 'call'"]);
  assert.deepEqual(problemsOf(step('{except: {as: e, steps: [{a: {return: 1}}]}}')), ["2: 'except' needs 'try'"]);
  assert.deepEqual(problemsOf(step('{try: {raise: x}}')), ["2: 'try' needs 'retry' or 'except'"]);
  assert.deepEqual(problemsOf('- s:\n    {}'), ["1: step 's' does nothing"]);
  assert.deepEqual(problemsOf('- {a: {return: 1}, b: {return: 2}}'), ['1: a step must be a map with exactly one key']);
});

test('loops need their parts, and what belongs to loops stands in them', () => {
  assert.deepEqual(problemsOf(step('for: {value: v, in: [1]}')), ["2: 'for' needs 'steps'"]);
  assert.deepEqual(problemsOf(step('for: {in: [1], steps: [{a: {next: continue}}]}')), [
    "2: 'for' needs 'value', the name of the loop variable",
  ]);
  assert.deepEqual(problemsOf(step('for: {value: v, steps: [{a: {next: break}}]}')), [
    "2: 'for' needs either 'in' or 'range'",
  ]);
  assert.deepEqual(problemsOf(step('for: {value: v, in: abc, steps: [{a: {next: break}}]}')), [
    "2: 'in' must be a list or an expression",
  ]);
  assert.deepEqual(problemsOf(step('for: {value: v, range: [1], steps: [{a: {next: break}}]}')), [
    "2: 'range' must be a list of two numbers, both included",
  ]);
  assert.deepEqual(problemsOf(step('next: break')), ["2: 'next: break' must stand in a for loop"]);
  assert.deepEqual(problemsOf('- out:\n    return: 1\n- s:\n    for: {value: v, in: [1], steps: [{a: {next: out}}]}'), [
    "4: 'next' leads to step 'out', which cannot be reached from here",
  ]);
});

test('calls must fit what they call', () => {
  assert.deepEqual(problemsOf(step('call: sys.sleep')), ["2: sys.sleep misses its argument 'seconds'"]);
  assert.deepEqual(problemsOf(step('{call: sys.sleep, args: {seconds: 1, minutes: 2}}')), [
    "2: sys.sleep has no argument 'minutes'; it takes seconds",
  ]);
  assert.deepEqual(problemsOf(step('return: "${len()}"')), ['2: len takes 1 arguments (value), not 0']);
  assert.deepEqual(problemsOf(step('return: "${http.get(\'https://a.test\')}"')), [
    "2: http.get blocks and cannot be called in an expression: use a step with 'call: http.get'",
  ]);
  assert.deepEqual(problemsOf(step('return: "${nope(1)}"')), ["2: symbol 'nope' not found"]);
  const sub =
    'main:\n  steps:\n    - s:\n        call: sub\n        args: {b: 1}\nsub:\n  params: [a]\n  steps:\n    - r:\n        return: ${a}';
  assert.deepEqual(problemsOf(sub), ["4: sub misses its argument 'a'", "5: sub has no argument 'b'; it takes a"]);
});

test('names of variables, params and workflows are names', () => {
  const bad =
    'cannot name a variable: letters, digits and underscores, not first a digit, and no word of the expression language';
  assert.deepEqual(problemsOf(step('assign: [{not: 1}]')), [
    `2: parse error: 'not' is no variable or part of one: expression ends too early`,
  ]);
  assert.deepEqual(problemsOf(step('assign: [{a-b: 1}]')), [
    "2: parse error: 'a-b' is no variable or part of one: cannot assign to a-b",
  ]);
  assert.deepEqual(problemsOf(step('for: {value: in, in: [1], steps: [{a: {next: break}}]}')), [`2: 'in' ${bad}`]);
  assert.deepEqual(problemsOf('main:\n  params: [1a]\n  steps: [{a: {return: 1}}]'), [`2: '1a' ${bad}`]);
  assert.deepEqual(problemsOf('main:\n  steps: [{a: {return: 1}}]\nmy-sub:\n  steps: [{a: {return: 1}}]'), [
    `3: 'my-sub' ${bad}`,
  ]);
  assert.deepEqual(problemsOf('other:\n  steps: [{a: {return: 1}}]'), ["1: workflow must define a 'main' routine"]);
});

test('a problem in an expression on one line is told at its column', () => {
  const compiled = compileWorkflow('- s:\n    return: ${1 + nope}');
  assert.deepEqual(compiled.kind === 'invalid' && compiled.problems.map(({ line, column }) => [line, column]), [
    [2, 19],
  ]);
});

test('any text at all is compiled or refused with problems inside of it', () => {
  const words = [
    'main:',
    'steps:',
    '- a:',
    'call: http.get',
    '${',
    '}',
    'for:',
    'next: a',
    '"',
    "'",
    '[',
    ']',
    '{',
    '&x',
    '*x',
    '\n',
    '  ',
    '    ',
    '1',
    'parallel:',
    '!!binary',
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 4 })), { maxLength: 40 });
  fc.assert(
    fc.property(text, (parts) => {
      const source = parts.join('');
      const lines = source.split('\n').length;
      const compiled = compileWorkflow(source);
      if (compiled.kind === 'compiled') return;
      assert.ok(compiled.problems.length > 0);
      for (const { line } of compiled.problems) assert.ok(line >= 1 && line <= lines + 1, `line ${line} of ${lines}`);
    }),
    { numRuns: 1000 },
  );
});
