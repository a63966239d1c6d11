import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorOf, problemsOf, resultOf, run } from './world.ts';

test('a workflow is a list of steps, or main with its params, in YAML or in JSON', async () => {
  assert.equal(await resultOf('- only:\n    return: 1'), 1);
  const source = 'main:\n  params: [args]\n  steps:\n    - say:\n        return: ${"Hello " + args.name}';
  assert.equal(await resultOf(source, { argument: { name: 'Ada' } }), 'Hello Ada');
  assert.equal(await resultOf('[{"only": {"return": "${1 + 1}"}}]'), 2);
});

test('without an argument the param of main is null, and a workflow that returns nothing returns null', async () => {
  assert.equal(await resultOf('main:\n  params: [args]\n  steps:\n    - say:\n        return: ${args == null}'), true);
  assert.equal(await resultOf('- nothing:\n    assign:\n      - a: 1'), null);
});

test('integers of the argument stay exact', async () => {
  const source = 'main:\n  params: [n]\n  steps:\n    - add:\n        return: ${string(n + 1)}';
  assert.equal(await resultOf(source, { argumentText: '9007199254740993' }), '9007199254740994');
});

test('results are written with their keys in order', async () => {
  const outcome = await run('- r:\n    return: {zebra: 1, apple: [2.5, null], "m n": {b: true, a: "x"}}');
  assert.deepEqual(outcome, {
    kind: 'succeeded',
    result: '{"apple":[2.5,null],"m n":{"a":"x","b":true},"zebra":1}',
  });
});

test('assign runs in order, at any depth, with expressions in values and keys', async () => {
  const source = `
- set:
    assign:
      - a: 1
      - b: \${a + 1}
      - key: Middle
      - map:
          First: "x"
          \${key}: \${b}
          list: ["\${a}", ["\${b}"]]
      - map.First: "y"
      - map["new"]: 3
      - map.list[1][0]: "deep"
      - map.made.on.the.way: true
- answer:
    return: \${map}`;
  assert.deepEqual(await resultOf(source), {
    First: 'y',
    Middle: 2,
    list: [1, ['deep']],
    new: 3,
    made: { on: { the: { way: true } } },
  });
});

test('a map given to a second variable is a copy', async () => {
  const source = `
- set:
    assign:
      - a: {n: [1]}
      - b: \${a}
      - b.n[0]: 2
- answer:
    return: ["\${a.n[0]}", "\${b.n[0]}"]`;
  assert.deepEqual(await resultOf(source), [1, 2]);
});

test('an element of a list must be there to be assigned', async () => {
  const { payload } = await errorOf('- s:\n    assign:\n      - l: [1]\n      - l[1]: 2');
  assert.deepEqual(payload, {
    message: 'IndexError: list index out of range: 1, the list has 1 elements',
    tags: ['IndexError', 'LookupError'],
  });
});

test('a variable that no step has assigned yet is a KeyError, one that none ever assigns is refused', async () => {
  const source = '- skip:\n    next: use\n- set:\n    assign:\n      - a: 1\n- use:\n    return: ${a}';
  assert.deepEqual((await errorOf(source)).payload, {
    message: 'KeyError: key not found: a',
    tags: ['KeyError', 'LookupError'],
  });
  assert.deepEqual(problemsOf('- use:\n    return: ${a}'), [
    "2: symbol 'a' is neither a variable nor a sub-workflow name",
  ]);
});

test('switch takes the first true condition, with a body, a jump, or both', async () => {
  const source = (n: number): string => `
- set:
    assign:
      - n: ${n}
      - said: ""
- choose:
    switch:
      - condition: \${n == 1}
        next: one
      - condition: \${n == 2}
        assign:
          - said: two
        next: end_it
      - condition: \${n == 3}
        steps:
          - inner:
              assign:
                - said: three
      - condition: \${n == 4}
        return: four
    next: other
- below:
    return: \${"below " + said}
- one:
    return: one
- other:
    return: other
- end_it:
    return: \${said}`;
  assert.equal(await resultOf(source(1)), 'one');
  assert.equal(await resultOf(source(2)), 'two');
  assert.equal(await resultOf(source(3)), 'below three');
  assert.equal(await resultOf(source(4)), 'four');
  assert.equal(await resultOf(source(5)), 'other');
});

test('a condition that is no boolean is a TypeError at its line', async () => {
  const { payload, context } = await errorOf(
    '- choose:\n    switch:\n      - condition: false\n        next: end\n      - condition: ${1}\n        next: end',
  );
  assert.deepEqual(payload, {
    message: "TypeError: a condition must be a boolean, not 'integer'",
    tags: ['TypeError'],
  });
  assert.equal(
    context,
    'TypeError: a condition must be a boolean, not \'integer\'\nin step "choose", routine "main", line: 5',
  );
});

test('for goes through lists and ranges, with an index, break and continue', async () => {
  const loop = (head: string): string => `
- init:
    assign:
      - seen: []
- loop:
    for:
      value: v
      index: i
      ${head}
      steps:
        - pick:
            switch:
              - condition: \${v == 2}
                next: continue
              - condition: \${v == 5}
                next: break
        - keep:
            assign:
              - seen: \${list.concat(seen, string(i) + ":" + string(v))}
- answer:
    return: \${seen}`;
  assert.deepEqual(await resultOf(loop('in: [1, 2, 3, 5, 8]')), ['0:1', '2:3']);
  assert.deepEqual(await resultOf(loop('range: [1, 6]')), ['0:1', '2:3', '3:4']);
  assert.deepEqual(await resultOf(loop('range: ${[3, 1 + 3]}')), ['0:3', '1:4']);
  assert.deepEqual(await resultOf(loop('range: [0.5, 2]')), ['0:0.5', '1:1.5']);
  assert.deepEqual(await resultOf(loop('range: [3, 1]')), []);
});

test('looping over a map is a TypeError', async () => {
  const source =
    '- l:\n    for:\n      value: v\n      in: ${{"a": 1}}\n      steps:\n        - s:\n            assign:\n              - x: 1';
  assert.match(
    (await errorOf(source.replace('${{"a": 1}}', '\'${{"a": 1}}\''))).context,
    /'for' needs a list to loop over, not 'dict'/,
  );
});

test('a loop body has variables of its own, and changes those of the outside', async () => {
  const source = `
- init:
    assign:
      - outer: 0
- loop:
    for:
      value: v
      in: [1, 2, 3]
      steps:
        - set:
            assign:
              - outer: \${outer + v}
              - own: \${v}
- answer:
    return: \${outer}`;
  assert.equal(await resultOf(source), 6);
  assert.deepEqual(problemsOf(source.replace('return: ${outer}', 'return: ${own}')), [
    "15: symbol 'own' is neither a variable nor a sub-workflow name",
  ]);
  assert.deepEqual(problemsOf(source.replace('return: ${outer}', 'return: ${v}')), [
    "15: symbol 'v' is neither a variable nor a sub-workflow name",
  ]);
});

test('jumps lead to steps of the same list and of those around it', async () => {
  const source = `
- start:
    steps:
      - inner:
          switch:
            - condition: true
              steps:
                - innermost:
                    next: far
      - never:
          return: wrong
- between:
    return: wrong
- far:
    return: reached`;
  assert.equal(await resultOf(source), 'reached');
});

test('next: end ends the routine with null', async () => {
  assert.equal(await resultOf('- a:\n    assign:\n      - x: 1\n    next: end\n- b:\n    return: ${x}'), null);
});

test('subworkflows take arguments by name in steps and by position in expressions', async () => {
  const source = `
main:
  steps:
    - named:
        call: greet
        args:
          name: Ada
        result: first
    - positional:
        assign:
          - second: \${greet("Grace", "Bye") + "!"}
    - answer:
        return: ["\${first}", "\${second}"]
greet:
  params: [name, greeting: "Hello"]
  steps:
    - say:
        return: \${greeting + " " + name}`;
  assert.deepEqual(await resultOf(source), ['Hello Ada', 'Bye Grace!']);
});

test('a subworkflow sees no variables of its caller', () => {
  const source =
    'main:\n  steps:\n    - s:\n        assign:\n          - a: 1\n    - c:\n        call: sub\nsub:\n  steps:\n    - r:\n        return: ${a}';
  assert.deepEqual(problemsOf(source), ["11: symbol 'a' is neither a variable nor a sub-workflow name"]);
});

test('an uncaught error tells the step of each call, innermost first', async () => {
  const source = `
main:
  steps:
    - outer_step:
        call: sub
sub:
  steps:
    - group:
        steps:
          - inner_step:
              assign:
                - ok: 1
                - bad: \${ok.x}`;
  const error = await errorOf(source);
  assert.equal(
    error.context,
    [
      "TypeError: cannot read key 'x' of a value of type 'integer'",
      'in step "inner_step", routine "sub", line: 13',
      'in step "outer_step", routine "main", line: 5',
    ].join('\n'),
  );
  assert.deepEqual(error.trace, ['sub.inner_step:13', 'main.outer_step:5']);
});

test('a call that calls itself too often is a RecursionError, which can be caught', async () => {
  const source = `
main:
  steps:
    - t:
        try:
          call: sub
        except:
          as: e
          steps:
            - r:
                return: \${e.tags[0]}
sub:
  steps:
    - again:
        call: sub`;
  assert.equal(await resultOf(source), 'RecursionError');
});

test('result takes a place within a variable, and reading it back is atomic with what was there', async () => {
  const source = `
- init:
    assign:
      - box: {}
- call:
    call: text.to_upper
    args: {source: abc}
    result: box["x"]
- answer:
    return: \${box}`;
  assert.deepEqual(await resultOf(source), { x: 'ABC' });
});

test('bytes cannot be returned', async () => {
  const { payload } = await errorOf('- r:\n    return: ${text.encode("a")}');
  assert.deepEqual(payload, {
    message: 'TypeError: the result of the workflow cannot be returned: bytes cannot be encoded as JSON',
    tags: ['TypeError'],
  });
});
