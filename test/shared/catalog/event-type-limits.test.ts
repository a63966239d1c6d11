/** What an event type may declare of how much of it is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compiled, eventTypeOf, filesWith, PLAYED, problemsWith } from './declarations.ts';

function one(problems: readonly string[]): string {
  assert.equal(problems.length, 1, problems.join('\n'));
  return problems[0] ?? '';
}

test('a sample and a budget are what they say, and leave declarations without them as they were', () => {
  const withKeys = (keys: string): ReturnType<typeof eventTypeOf> =>
    eventTypeOf(PLAYED.replace('fields:', `${keys}\nfields:`));
  const { sampling, dailyBytes, declaration } = eventTypeOf(PLAYED);
  assert.deepEqual([sampling, dailyBytes], [undefined, undefined]);
  assert.deepEqual(withKeys('sampling: 1').declaration, declaration);
  assert.equal(withKeys('sampling: 0.25').sampling, 0.25);
  assert.notEqual(withKeys('sampling: 0.25').declaration, declaration);
  assert.equal(withKeys('daily_bytes: 10GB').dailyBytes, 10e9);
  assert.equal(withKeys('daily_bytes: 10GB').declaration, declaration);
  assert.match(one(problemsWith('fields:', 'sampling: 0\nfields:')), /allowed: at least 0\.000001/);
  assert.match(one(problemsWith('fields:', 'daily_bytes: 0GB\nfields:')), /allowed: a size such as 500MB/);
  const financial = problemsWith('fields:', 'financial: true\nsampling: 0.5\ndaily_bytes: 1GB\nfields:');
  assert.deepEqual(
    financial.map((problem) => /"(\w+)" would leave events/.exec(problem)?.[1]),
    ['sampling', 'daily_bytes'],
  );
});

test('the endpoint of a sampled type says that it is a sample', () => {
  const describe = (keys: string): readonly (string | undefined)[] =>
    Object.values(
      compiled(filesWith({ 'events/music/Played.yaml': PLAYED.replace('fields:', `${keys}fields:`) })).endpoints,
    ).map(({ description }) => description);
  assert.deepEqual(describe(''), ['A track was played to its end.']);
  assert.deepEqual(describe('sampling: 0.1\n'), [
    'A track was played to its end. A sample: 0.1 of its subjects are kept, with all their events.',
  ]);
});
