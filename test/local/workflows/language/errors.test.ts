import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld, errorOf, jsonResponse, resultOf } from './world.ts';

const caught = (body: string): string => `
- t:
    try:
      steps:
        - boom:
            ${body}
    except:
      as: e
      steps:
        - r:
            return: \${e}`;

test('a raised string reaches except as a string, and a raised map as a map', async () => {
  assert.equal(await resultOf(caught('raise: "oh no"')), 'oh no');
  assert.deepEqual(await resultOf(caught('raise: {code: 55, message: bad}')), { code: 55, message: 'bad' });
});

test('an uncaught string is its own payload, with RuntimeError in the context', async () => {
  const error = await errorOf('- stop:\n    raise: ${"n" + 1}');
  assert.equal(error.payload, 'n1');
  assert.equal(error.context, 'RuntimeError: "n1"\nin step "stop", routine "main", line: 2');
});

test('an uncaught map with a message starts its context with it, another with its JSON', async () => {
  const told = await errorOf('- stop:\n    raise: {message: told}');
  assert.match(told.context, /^told\nin step "stop"/);
  const silent = await errorOf('- stop:\n    raise: {code: 55}');
  assert.match(silent.context, /^RuntimeError: \{"code":55\}\nin step "stop"/);
});

test('an error raised again in except keeps its payload and comes from where it was raised again', async () => {
  const source = `
- t:
    try:
      steps:
        - boom:
            raise: first
    except:
      as: e
      steps:
        - again:
            raise: \${e}`;
  const error = await errorOf(source);
  assert.equal(error.payload, 'first');
  assert.match(error.context, /in step "again", routine "main", line: 11$/);
});

test('an error that the retry policy does not want and nobody catches comes from where it was raised', async () => {
  const source = `
- t:
    try:
      steps:
        - boom:
            raise: first
    retry: \${retry.never}`;
  assert.match((await errorOf(source)).context, /in step "boom", routine "main", line: 6$/);
});

test('the variable of except is gone after it', async () => {
  const { problemsOf } = await import('./world.ts');
  assert.deepEqual(problemsOf(`${caught('raise: x')}\n- after:\n    return: \${e}`), [
    "13: symbol 'e' is neither a variable nor a sub-workflow name",
  ]);
});

test('steps after a caught error go on, with what the body had assigned', async () => {
  const source = `
- init:
    assign:
      - n: 0
- t:
    try:
      steps:
        - a:
            assign:
              - n: 1
        - b:
            raise: x
    except:
      steps:
        - c:
            assign:
              - n: \${n + 10}
- answer:
    return: \${n}`;
  assert.equal(await resultOf(source), 11);
});

test('a jump out of except leads to a step around it', async () => {
  const source = `
- t:
    try:
      raise: x
    except:
      as: e
      steps:
        - known:
            switch:
              - condition: \${e == "x"}
                next: handled
- wrong:
    return: wrong
- handled:
    return: handled`;
  assert.equal(await resultOf(source), 'handled');
});

/** Answers 503 so many times, then 200. */
function flaky(failures: number, status = 503): ReturnType<typeof createWorld> {
  let left = failures;
  return createWorld(() => {
    left -= 1;
    return left >= 0 ? jsonResponse({ error: 'later' }, status) : jsonResponse({ ok: true });
  });
}

const fetching = (retry: string): string => `
- get:
    try:
      call: http.get
      args: {url: "https://a.test/"}
      result: r
    ${retry}
- answer:
    return: \${r.body}`;

test('http.default_retry repeats what may pass, after 1 s and then 1.25 times longer each time', async () => {
  const world = flaky(3);
  assert.deepEqual(await resultOf(fetching('retry: ${http.default_retry}'), { world }), { ok: true });
  assert.deepEqual(world.waits, [1, 1.25, 1.5625]);
  assert.equal(world.requests.length, 4);
});

test('http.default_retry gives up after five retries', async () => {
  const world = flaky(100);
  const { payload } = await errorOf(fetching('retry: ${http.default_retry}'), { world });
  assert.equal((payload as { code: number }).code, 503);
  assert.equal(world.requests.length, 6);
});

test('http.default_retry_non_idempotent leaves 502 alone', async () => {
  const world = flaky(1, 502);
  await errorOf(fetching('retry: ${http.default_retry_non_idempotent}'), { world });
  assert.equal(world.requests.length, 1);
});

test('a policy of one’s own has a predicate, a count and a backoff that stops growing', async () => {
  const world = flaky(4, 500);
  const source = `
main:
  steps:
    - get:
        try:
          call: http.get
          args: {url: "https://a.test/"}
          result: r
        retry:
          predicate: \${only_500}
          max_retries: 10
          backoff: {initial_delay: 2, max_delay: 5, multiplier: 2}
    - answer:
        return: \${r.code}
only_500:
  params: [e]
  steps:
    - decide:
        return: \${e.code == 500}`;
  assert.equal(await resultOf(source, { world }), 200);
  assert.deepEqual(world.waits, [2, 4, 5, 5]);
});

test('when retries are used up, except catches', async () => {
  const source = fetching('retry: {predicate: "${http.default_retry_predicate}", max_retries: 1}').replace(
    '- answer:',
    '    except:\n      as: e\n      steps:\n        - give_up:\n            return: ${e.code}\n- answer:',
  );
  const world = flaky(100);
  assert.equal(await resultOf(source, { world }), 503);
  assert.equal(world.requests.length, 2);
});

test('retry runs the whole body again, with the variables as they are', async () => {
  const source = `
- init:
    assign:
      - runs: 0
- t:
    try:
      steps:
        - count:
            assign:
              - runs: \${runs + 1}
        - maybe:
            switch:
              - condition: \${runs < 3}
                raise: again
    retry: {predicate: "\${retry.always}", max_retries: 5, backoff: {initial_delay: 1, max_delay: 1, multiplier: 1}}
- answer:
    return: \${runs}`;
  assert.equal(await resultOf(source), 3);
});

test('a predicate that returns no boolean is a TypeError', async () => {
  const source = `
main:
  steps:
    - t:
        try:
          raise: x
        retry: {predicate: "\${sub}"}
sub:
  params: [e]
  steps:
    - r:
        return: 1`;
  assert.match((await errorOf(source)).context, /^TypeError: a retry predicate must return a boolean, not 'integer'/);
});
