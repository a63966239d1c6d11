import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#local/workflows/language/limits.ts';
import { createWorld, errorOf, problemsOf, resultOf } from './world.ts';

const repeat = (times: number, make: (index: number) => string): string =>
  Array.from({ length: times }, (_none, index) => make(index)).join('');

test('a source has at most 128 KB', () => {
  const source = (bytes: number): string => `- a:\n    return: 1\n#${'x'.repeat(bytes - 20)}`;
  assert.equal(source(LIMITS.sourceBytes).length, LIMITS.sourceBytes);
  assert.deepEqual(problemsOf(source(LIMITS.sourceBytes)), []);
  assert.deepEqual(problemsOf(source(LIMITS.sourceBytes + 1)), [
    '1: the source has 131073 bytes, more than the 131072 allowed',
  ]);
});

test('an assign step has at most 50 assignments, a switch at most 50 conditions', () => {
  const assign = (n: number): string => `- a:\n    assign:\n${repeat(n, (i) => `      - v${i}: 1\n`)}`;
  assert.deepEqual(problemsOf(assign(50)), []);
  assert.deepEqual(problemsOf(assign(51)), ["2: 'assign' must list 1 to 50 assignments, not 51"]);
  assert.deepEqual(problemsOf('- a:\n    assign: []'), ["2: 'assign' must list 1 to 50 assignments, not 0"]);
  const choose = (n: number): string =>
    `- a:\n    switch:\n${repeat(n, () => '      - {condition: true, next: end}\n')}`;
  assert.deepEqual(problemsOf(choose(50)), []);
  assert.deepEqual(problemsOf(choose(51)), ["2: 'switch' must list 1 to 50 conditions, not 51"]);
});

test('an expression has at most 400 characters', () => {
  const expression = (n: number): string => `- a:\n    return: \${"${'x'.repeat(n - 2)}"}`;
  assert.deepEqual(problemsOf(expression(400)), []);
  assert.deepEqual(problemsOf(expression(401)), ['2: expression has 401 characters, more than the 400 allowed']);
});

test('a parallel step has 2 to 10 branches, a subworkflow at most 10 params', () => {
  const fork = (n: number): string =>
    `- a:\n    parallel:\n      branches:\n${repeat(n, (i) => `        - b${i}: {steps: [{s: {assign: [{x: 1}]}}]}\n`)}`;
  assert.deepEqual(problemsOf(fork(10)), []);
  assert.deepEqual(problemsOf(fork(11)), ["3: 'branches' must list 2 to 10 branches, not 11"]);
  assert.deepEqual(problemsOf(fork(1)), ["3: 'branches' must list 2 to 10 branches, not 1"]);
  const sub = (n: number): string =>
    `main:\n  steps: [{a: {return: 1}}]\nsub:\n  params: [${repeat(n, (i) => `p${i}, `)}]\n  steps: [{a: {return: 1}}]`;
  assert.deepEqual(problemsOf(sub(10)), []);
  assert.deepEqual(problemsOf(sub(11)), ["4: workflow 'sub' has 11 params, more than the 10 allowed"]);
});

const deep = (calls: number): string => `
main:
  steps:
    - start:
        call: sub
        args: {n: ${calls}}
        result: r
    - answer:
        return: \${r}
sub:
  params: [n]
  steps:
    - stop:
        switch:
          - condition: \${n <= 1}
            return: done
    - again:
        call: sub
        args: {n: "\${n - 1}"}
        result: r
    - answer:
        return: \${r}`;

test('calls are at most 20 deep, main included', async () => {
  assert.equal(await resultOf(deep(19)), 'done');
  assert.match((await errorOf(deep(20))).context, /^RecursionError: maximum call stack depth of 20 exceeded/);
});

test('an execution runs at most 100,000 steps, and no except sees it', async () => {
  const loop = (times: number): string => `
- t:
    try:
      steps:
        - loop:
            for:
              value: v
              range: [1, ${times}]
              steps:
                - s:
                    assign:
                      - x: \${v}
    except:
      as: e
      steps:
        - caught:
            return: caught
- answer:
    return: done`;
  assert.equal(await resultOf(loop(99_997)), 'done');
  const { payload } = await errorOf(loop(99_998));
  assert.deepEqual(payload, {
    message: 'ResourceLimitError: Execution ran more than 100000 steps',
    tags: ['ResourceLimitError'],
  });
});

const doubling = (times: number, start: string): string => `
- init:
    assign:
      - l: ${start}
- loop:
    for:
      value: v
      range: [1, ${times}]
      steps:
        - grow:
            assign:
              - l: \${[l, l]}
- answer:
    return: \${len(l)}`;

test('variables take at most 512 KB, and no except sees it', async () => {
  assert.equal(await resultOf(doubling(14, '"0123456789"')), 2);
  const { payload } = await errorOf(doubling(20, '"0123456789"'));
  assert.deepEqual(payload, {
    message: 'ResourceLimitError: Memory usage limit exceeded',
    tags: ['ResourceLimitError'],
  });
});

test('variables that are overwritten or out of scope do not count', async () => {
  const big = 'x'.repeat(100_000);
  const source = `
- loop:
    for:
      value: v
      range: [1, 50]
      steps:
        - s:
            assign:
              - a: "${big}"
        - t:
            call: sub
            args: {p: "\${a}"}
- answer:
    return: done`;
  const whole = `main:\n  steps:${source.replaceAll('\n', '\n    ')}\nsub:\n  params: [p]\n  steps:\n    - r:\n        return: \${p}`;
  assert.equal(await resultOf(whole), 'done');
});

test('a string has at most 256 KB', async () => {
  const source = (n: number): string => `
- init:
    assign:
      - s: "${'é'.repeat(1024)}"
- loop:
    for:
      value: v
      range: [1, ${n}]
      steps:
        - grow:
            assign:
              - s: \${s + s}
- answer:
    return: \${len(s)}`;
  assert.equal(await resultOf(source(7)), 131_072);
  assert.match((await errorOf(source(8))).context, /^ResourceLimitError: String exceeds the limit of 262144 bytes/);
});

test('a response has at most 2 MB', async () => {
  const world = createWorld(({ maxResponseBytes }) => {
    assert.equal(maxResponseBytes, LIMITS.responseBytes);
    return { kind: 'too-large', message: 'x' };
  });
  const error = await errorOf('- a:\n    call: http.get\n    args: {url: "https://a.test"}', { world });
  assert.match(error.context, /^ResourceLimitError: HTTP response exceeds the limit of 2097152 bytes/);
});

test('a value nested beyond all measure fails the execution, not the process', async () => {
  const source = `
- init:
    assign:
      - l: []
- loop:
    for:
      value: v
      range: [1, 60000]
      steps:
        - nest:
            assign:
              - l: \${[l]}
- answer:
    return: \${json.encode_to_string(l)}`;
  assert.match((await errorOf(source)).context, /nested too deeply/);
});
