import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  COLUMN_CONTENTS,
  type ScopeColumn,
  type ScopeEndpoint,
  type SourceFlow,
} from '#shared/privacy/erasure/scope-contents.ts';
import { blockedBy, planScope } from '#shared/privacy/erasure/scope-plan.ts';

function endpoint(id: string, columns: readonly ScopeColumn[], over: Partial<ScopeEndpoint> = {}): ScopeEndpoint {
  return { id, columns, recomputable: true, external: false, ...over };
}

function from(
  name: string,
  ...sources: readonly (readonly [endpoint: string, column: string, flow: SourceFlow])[]
): ScopeColumn {
  return { name, from: sources.map(([source, column, flow]) => ({ endpoint: source, column, flow })) };
}

function actions(endpoints: readonly ScopeEndpoint[]): readonly string[] {
  return planScope(endpoints).map(({ action }) => action);
}

const plays = endpoint('listening.track_played', [
  { name: 'hour', content: 'none' },
  { name: 'subject', content: 'token' },
  { name: 'sealed', content: 'sealed' },
]);

test('an endpoint of tokens, ciphertext and coarse columns is covered by shredding', () => {
  assert.deepEqual(actions([plays]), ['covered']);
});

test('ciphertext that is copied or transformed without being opened stays covered', () => {
  const copy = endpoint('listening.copy', [
    from('subject', [plays.id, 'subject', 'identity']),
    from('blob', [plays.id, 'sealed', 'identity']),
    from('text', [plays.id, 'sealed', 'transformed']),
    from('n', [plays.id, 'sealed', 'aggregated']),
  ]);
  assert.deepEqual(actions([plays, copy]), ['covered', 'covered']);
});

test('opened values go by row where the subject stands beside them, under any name and through any number of endpoints', () => {
  const first = endpoint('listening.first', [
    from('who', [plays.id, 'subject', 'identity']),
    from('email', [plays.id, 'sealed', 'opened'], [plays.id, 'hour', 'influence']),
  ]);
  const second = endpoint('listening.second', [
    from('person', [first.id, 'who', 'identity']),
    from('domain', [first.id, 'email', 'transformed']),
  ]);
  // Given in the wrong order on purpose: what an endpoint is made of may come after it.
  const [last, middle] = planScope([second, first, plays]);
  assert.deepEqual([last?.action, last?.tokenColumns], ['row-delete', ['person']]);
  assert.deepEqual([middle?.action, middle?.tokenColumns], ['row-delete', ['who']]);
});

test('opened values without the subject are computed anew, or block where they cannot be', () => {
  const columns = [from('email', [plays.id, 'sealed', 'opened'])];
  assert.deepEqual(actions([plays, endpoint('listening.emails', columns)]), ['covered', 'recompute']);
  const [, stuck] = planScope([plays, endpoint('listening.emails', columns, { recomputable: false })]);
  assert.equal(stuck?.action, 'unknown');
});

test('a token that was changed finds no rows', () => {
  const columns = [from('short', [plays.id, 'subject', 'transformed']), from('email', [plays.id, 'sealed', 'opened'])];
  assert.deepEqual(actions([plays, endpoint('listening.emails', columns)]), ['covered', 'recompute']);
});

test('a value that is only counted, filtered or masked leaves nothing', () => {
  const opened = endpoint('listening.opened', [
    from('subject', [plays.id, 'subject', 'identity']),
    from('email', [plays.id, 'sealed', 'opened']),
  ]);
  const counted = endpoint('listening.counted', [
    from('n', [opened.id, 'email', 'masked']),
    from('day', [opened.id, 'email', 'influence']),
    from('people', [opened.id, 'email', 'counted'], [plays.id, 'sealed', 'counted']),
  ]);
  const kept = endpoint('listening.kept', [from('any', [opened.id, 'email', 'aggregated'])]);
  assert.deepEqual(actions([plays, opened, counted, kept]), ['covered', 'row-delete', 'covered', 'recompute']);
});

test('a sum shows whoever is alone in it, unless each row is promised to stand for many', () => {
  const columns = [from('age', [plays.id, 'sealed', 'opened'])];
  const ages = endpoint('listening.ages', columns);
  const sums = (anonymous: boolean): ScopeEndpoint =>
    endpoint('listening.sums', [from('sum', [ages.id, 'age', 'combined'])], { anonymous });
  assert.deepEqual(actions([plays, ages, sums(false)]), ['covered', 'recompute', 'recompute']);
  assert.deepEqual(actions([plays, ages, sums(true)]), ['covered', 'recompute', 'covered']);
});

test('a column whose source nobody declares blocks, also further down', () => {
  const odd = endpoint('listening.odd', [from('x', ['somewhere.else', 'x', 'identity'])]);
  const below = endpoint('listening.below', [from('y', [odd.id, 'x', 'transformed'])]);
  const declared = endpoint('listening.declared', [{ name: 'z', content: 'unknown' }]);
  const plan = planScope([plays, odd, below, declared]);
  assert.deepEqual(
    blockedBy(plan).map(({ endpoint: id }) => id),
    [odd.id, below.id, declared.id],
  );
  assert.match(plan[1]?.reason ?? '', /x/);
});

test('an exempt endpoint keeps its reason, and another keeper is told only of what went there', () => {
  const books = endpoint('finance.books', [from('email', [plays.id, 'sealed', 'opened'])], {
    exempt: 'Bookkeeping Act, 7 years',
  });
  const partner = endpoint('partner.feed', [from('s', [plays.id, 'subject', 'identity'])], { external: true });
  const nothing = endpoint('partner.counts', [from('n', [plays.id, 'hour', 'identity'])], { external: true });
  const plan = planScope([plays, books, partner, nothing]);
  assert.deepEqual(
    plan.map(({ action }) => action),
    ['covered', 'exempt', 'external', 'covered'],
  );
  assert.equal(plan[1]?.reason, 'Bookkeeping Act, 7 years');
});

test('an endpoint that reads its own former partition is planned like any other', () => {
  const running = endpoint('listening.running', [
    from('subject', [plays.id, 'subject', 'identity'], ['listening.running', 'subject', 'identity']),
    from('email', ['listening.running', 'email', 'identity'], [plays.id, 'sealed', 'opened']),
  ]);
  assert.deepEqual(actions([plays, running]), ['covered', 'recompute']);
});

const COLUMNS = ['a', 'b'] as const;
const IDS = ['e.one', 'e.two', 'e.three'] as const;
const source = fc.record({
  endpoint: fc.constantFrom(...IDS),
  column: fc.constantFrom(...COLUMNS),
  flow: fc.constantFrom(
    'identity' as const,
    'transformed' as const,
    'aggregated' as const,
    'masked' as const,
    'influence' as const,
    'opened' as const,
  ),
});
const column = fc.oneof(
  fc.constantFrom(...COLUMN_CONTENTS).map((content) => ({ content })),
  fc.array(source, { maxLength: 3 }).map((sources) => ({ from: sources })),
);
const endpoints = fc.tuple(...IDS.map(() => fc.tuple(column, column))).map((all) =>
  all.map((columns, index) =>
    endpoint(
      IDS[index] ?? '',
      columns.map((each, at) => ({ name: COLUMNS[at] ?? '', ...each })),
    ),
  ),
);

test('planning ends for any graph, and making a column unknown never makes anything less strict', () => {
  fc.assert(
    fc.property(endpoints, fc.constantFrom(...IDS), fc.constantFrom(...COLUMNS), (all, id, name) => {
      const before = planScope(all);
      const worse = all.map((each) =>
        each.id === id
          ? {
              ...each,
              columns: each.columns.map((col) => (col.name === name ? { name, content: 'unknown' as const } : col)),
            }
          : each,
      );
      for (const [index, item] of planScope(worse).entries()) {
        const was = before[index]?.action ?? 'covered';
        // More doubt may only move towards more being done.
        if (was !== 'covered') assert.notEqual(item.action, 'covered');
        if (all[index]?.id === id) assert.equal(item.action, 'unknown');
      }
    }),
  );
});

test('rows of another person are found only by a token of that person, whatever else stands in the row', () => {
  const shared = endpoint('listening.shared', [
    { name: 'subject', content: 'token' },
    { name: 'sealed', content: 'sealed' },
    { name: 'friend', content: 'token', whose: 'shared.friend' },
    { name: 'friend_sealed', content: 'sealed', whose: 'shared.friend' },
  ]);
  const opened = (name: string): ScopeColumn =>
    from(name, [shared.id, 'friend_sealed', 'opened'], [shared.id, 'friend', 'opened']);
  const actionOf = (...columns: readonly ScopeColumn[]): string | undefined =>
    actions([shared, endpoint('listening.mails', columns)])[1];
  const [sender, friend] = (['subject', 'friend'] as const).map((name) => from(name, [shared.id, name, 'identity']));
  assert.ok(sender !== undefined && friend !== undefined);
  assert.equal(actionOf(sender, opened('mail')), 'recompute');
  assert.equal(actionOf(friend, opened('mail')), 'row-delete');
  assert.equal(actionOf(sender, friend, opened('mail')), 'row-delete');
  // A column that holds now the one and now the other does not say of whom the opened value is.
  const either = from('who', [shared.id, 'subject', 'identity'], [shared.id, 'friend', 'identity']);
  assert.equal(actionOf(either, opened('mail')), 'recompute');
  const both = from('mails', [shared.id, 'friend_sealed', 'opened'], [shared.id, 'sealed', 'opened']);
  assert.equal(actionOf(friend, both), 'recompute');
  assert.equal(actionOf(sender, friend, both), 'row-delete');
  // Through further endpoints, too.
  const [, , last] = planScope([
    shared,
    endpoint('listening.first', [sender, friend, opened('mail')]),
    endpoint('listening.second', [
      from('who', ['listening.first', 'subject', 'identity']),
      from('domain', ['listening.first', 'mail', 'transformed']),
    ]),
  ]);
  assert.equal(last?.action, 'recompute');
});
