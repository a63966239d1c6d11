import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld, errorOf, jsonResponse, problemsOf, resultOf, START_MS } from './world.ts';

test('branches run at the same time and write what they share', async () => {
  const world = createWorld();
  const source = `
- init:
    assign:
      - a: 0
      - b: 0
- both:
    parallel:
      shared: [a, b]
      branches:
        - left:
            steps:
              - wait_a:
                  call: sys.sleep
                  args: {seconds: 10}
              - set_a:
                  assign:
                    - a: 1
        - right:
            steps:
              - wait_b:
                  call: sys.sleep
                  args: {seconds: 10}
              - set_b:
                  assign:
                    - b: 2
- answer:
    return: \${a + b}`;
  assert.equal(await resultOf(source, { world }), 3);
  assert.equal(world.now(), START_MS + 10_000);
});

const total = (head: string): string => `
- init:
    assign:
      - total: 0
- all:
    parallel:
      shared: [total]
      ${head}
      for:
        value: n
        range: [1, 30]
        steps:
          - get:
              call: http.get
              args: {url: "\${\\"https://a.test/\\" + n}"}
              result: r
          - add:
              assign:
                - total: \${total + r.body}
- answer:
    return: \${total}`;

/** Answers the number in the path, and counts how many requests are under way at once. */
function numbers(): { world: ReturnType<typeof createWorld>; most: () => number } {
  let under = 0;
  let most = 0;
  const world = createWorld(async (request) => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setImmediate(resolve));
    under -= 1;
    return jsonResponse(Number(new URL(request.url).pathname.slice(1)));
  });
  return { world, most: () => most };
}

test('adding to a shared variable loses nothing, whatever comes in between', async () => {
  const { world, most } = numbers();
  assert.equal(await resultOf(total(''), { world }), 465);
  assert.equal(most(), 20, 'no more than 20 iterations at once');
});

test('concurrency_limit bounds the iterations of its step', async () => {
  const { world, most } = numbers();
  assert.equal(await resultOf(total('concurrency_limit: ${1 + 2}'), { world }), 465);
  assert.equal(most(), 3);
});

test('an assignment that calls a subworkflow reads the shared variable after the call', async () => {
  const { world } = numbers();
  const source = `
main:
  steps:
    - init:
        assign:
          - total: 0
    - all:
        parallel:
          shared: [total]
          for:
            value: n
            range: [1, 10]
            steps:
              - add:
                  assign:
                    - total: \${total + fetch(n)}
    - answer:
        return: \${total}
fetch:
  params: [n]
  steps:
    - get:
        call: http.get
        args: {url: "\${\\"https://a.test/\\" + n}"}
        result: r
    - back:
        return: \${r.body}`;
  assert.equal(await resultOf(source, { world }), 55);
});

test('the others go on when one fails, and then all failures are raised as one', async () => {
  const source = `
- init:
    assign:
      - done: 0
- try_all:
    try:
      steps:
        - all:
            parallel:
              exception_policy: continueAll
              shared: [done]
              branches:
                - good:
                    steps:
                      - count:
                          assign:
                            - done: \${done + 1}
                - bad:
                    steps:
                      - fail:
                          raise: {code: 7}
                - worse:
                    steps:
                      - sub:
                          call: http.get
                          args: {url: "https://a.test/"}
    except:
      as: e
      steps:
        - answer:
            return: {done: "\${done}", e: "\${e}"}`;
  const world = createWorld(() => jsonResponse({ why: 'no' }, 404));
  const headers = { 'Content-Type': 'application/json' };
  assert.deepEqual(await resultOf(source, { world }), {
    done: 1,
    e: {
      branches: [
        {
          error: {
            context: 'RuntimeError: {"code":7}\nin step "fail", routine "main", line: 21',
            payload: { code: 7 },
          },
          id: 'bad',
        },
        {
          error: {
            context: 'HTTP server responded with error code 404\nin step "sub", routine "main", line: 25',
            payload: {
              body: { why: 'no' },
              code: 404,
              headers,
              message: 'HTTP server responded with error code 404',
              tags: ['HttpError'],
            },
          },
          id: 'worse',
        },
      ],
      message: 'UnhandledBranchError: One or more branches or iterations encountered an unhandled runtime error',
      tags: ['UnhandledBranchError', 'RuntimeError'],
      truncated: false,
    },
  });
});

test('no more than a hundred branch errors are listed', async () => {
  const source = `
- t:
    try:
      steps:
        - all:
            parallel:
              for:
                value: n
                range: [1, 150]
                steps:
                  - fail:
                      raise: \${n}
    except:
      as: e
      steps:
        - answer:
            return: ["\${len(e.branches)}", "\${e.truncated}", "\${e.branches[99].id}"]`;
  assert.deepEqual(await resultOf(source), [100, true, '99']);
});

test('adding a map to a number in an iteration is an error of that branch', async () => {
  const world = createWorld(() => jsonResponse({ count: 1 }));
  const error = await errorOf(total(''), { world });
  assert.deepEqual((error.payload as { tags: string[] }).tags, ['UnhandledBranchError', 'RuntimeError']);
  assert.match(error.context, /in step "all", routine "main", line: 6$/);
});

test('continue ends an iteration', async () => {
  const source = `
- init:
    assign:
      - odd: []
- all:
    parallel:
      shared: [odd]
      for:
        value: n
        in: [1, 2, 3]
        steps:
          - skip:
              switch:
                - condition: \${n == 2}
                  next: continue
          - keep:
              assign:
                - odd: \${list.concat(odd, n)}
- answer:
    return: \${odd}`;
  assert.deepEqual(await resultOf(source), [1, 3]);
});

const nested = (levels: number): string => {
  let inner = '{"assign": [{"n": "${n + 1}"}]}';
  for (let level = 0; level < levels; level += 1) {
    const branch = (name: string): string => `{"${name}": {"steps": [{"s": ${inner}}]}}`;
    inner = `{"parallel": {"shared": ["n"], "branches": [${branch('x')}, ${branch('y')}]}}`;
  }
  return `[{"init": {"assign": [{"n": 0}]}}, {"go": ${inner}}, {"answer": {"return": "\${n}"}}]`;
};

test('parallel steps stand in each other two deep, and no deeper', async () => {
  assert.equal(await resultOf(nested(2)), 4);
  assert.match(problemsOf(nested(3)).join(), /parallel steps are nested deeper than the 2 levels allowed/);
});

test('a third level reached through a call is a ParallelNestingError', async () => {
  const two = '{"parallel": {"for": {"value": "i", "in": [1], "steps": [{"s": {"call": "sub"}}]}}}';
  const source = `{"main": {"steps": [{"a": {"parallel": {"for": {"value": "i", "in": [1], "steps": [{"b": ${two}}]}}}}]},
    "sub": {"steps": [{"c": {"parallel": {"for": {"value": "i", "in": [1], "steps": [{"d": {"assign": [{"x": 1}]}}]}}}}]}}`;
  assert.match(JSON.stringify((await errorOf(source)).payload), /ParallelNestingError/);
});

test('twenty branches of which each has branches of its own do not block each other', async () => {
  const source = `
- init:
    assign:
      - n: 0
- outer:
    parallel:
      shared: [n]
      for:
        value: i
        range: [1, 30]
        steps:
          - inner:
              parallel:
                shared: [n]
                for:
                  value: j
                  range: [1, 3]
                  steps:
                    - wait:
                        call: sys.sleep
                        args: {seconds: 1}
                    - add:
                        assign:
                          - n: \${n + 1}
- answer:
    return: \${n}`;
  assert.equal(await resultOf(source), 90);
});

const branches = (left: string, shared = ''): string => `
- init:
    assign:
      - a: 1
- both:
    parallel:
      ${shared}
      branches:
        - left:
            steps:
              - s:
                  ${left}
        - right:
            steps:
              - t:
                  assign:
                    - own: 1
- after:
    assign:
      - c: \${a}`;

test('what branches may not do is refused when deployed', () => {
  assert.deepEqual(problemsOf(branches('assign: [{a: 2}]')), [
    "12: variable 'a' of the parent scope is assigned in a parallel step but not listed in 'shared'",
  ]);
  assert.deepEqual(problemsOf(branches('assign: [{a.b: 2}]')), [
    "12: variable 'a' of the parent scope is assigned in a parallel step but not listed in 'shared'",
  ]);
  assert.deepEqual(problemsOf(branches('assign: [{a: 2}]', 'shared: [a]')), []);
  assert.deepEqual(problemsOf(branches('assign: [{d: "${own}"}]')), [
    "12: symbol 'own' is neither a variable nor a sub-workflow name",
  ]);
  assert.deepEqual(problemsOf(branches('assign: [{d: "${a}"}]', 'shared: [nobody]')), [
    "7: symbol 'nobody' is neither a variable nor a sub-workflow name",
  ]);
  assert.deepEqual(problemsOf(branches('return: 1')), ["12: 'return' cannot stand in a parallel branch or iteration"]);
  assert.deepEqual(problemsOf(branches('next: after')), [
    "12: 'next' leads to step 'after', which cannot be reached from here",
  ]);
  assert.deepEqual(problemsOf(branches('next: end')), [
    "12: 'next: end' cannot stand in a parallel branch or iteration",
  ]);
});
