import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, UNREACHABLE } from '#console/model/failure.ts';
import { FIRST_STATE, type PageState } from '#console/model/state.ts';
import type { Endpoint } from '#console/api/types.ts';
import type { VElement, VNode } from '#console/render/vnode.ts';
import { page } from '#console/view/page.ts';

const NOW = Date.parse('2026-08-11T04:20:00Z');

const ENDPOINT: Endpoint = {
  id: 'music.played',
  kind: 'event',
  description: 'Plays.',
  owner: 'team-a',
  grain: 'hour',
  retention: 'P400D',
  eventType: 'music.Played',
  inputs: [],
  freshness: { state: 'current', latest: '2026-08-11T03', upTo: '2026-08-11T04:00:00.000Z' },
  partitions: { states: { published: 1 }, rows: 7, latest: '2026-08-11T03' },
};

const LOADED: PageState = {
  ...FIRST_STATE,
  nowMs: NOW,
  connection: { kind: 'live', atMs: NOW },
  endpoints: [ENDPOINT],
  runs: [],
  counts: {
    at: '2026-08-11T04:20:00.000Z',
    events: { hour: '2026-08-11T04', total: 3, types: { 'music.Played': 3 }, verdicts: {} },
    partitions: { published: 1 },
    rows: 7,
  },
  partitions: new Map([
    [
      'music.played',
      {
        id: 'music.played',
        total: 1,
        partitions: [{ key: '2026-08-11T03', state: 'published', generation: 1, rows: 7 }],
      },
    ],
  ]),
};

function elements(nodes: readonly VNode[]): readonly VElement[] {
  return nodes.flatMap((node) => (typeof node === 'string' ? [] : [node, ...elements(node.children)]));
}

function textOf(nodes: readonly VNode[]): string {
  return nodes.map((node) => (typeof node === 'string' ? node : textOf(node.children))).join(' ');
}

function busy(state: PageState): number {
  return elements(page(state)).filter(({ attributes }) => attributes['aria-busy'] === 'true').length;
}

test('before anything was answered it loads, and says so', () => {
  assert.ok(busy({ ...FIRST_STATE, nowMs: NOW }) >= 3);
  assert.equal(busy(LOADED), 0);
});

test('endpoints, their newest partitions, counts and the lack of runs are all there', () => {
  const nodes = page(LOADED);
  const text = textOf(nodes);
  for (const shown of ['music.played', 'team-a', 'current', '2026-08-11T03', 'music.Played', 'Nothing has run yet.'])
    assert.ok(text.includes(shown), shown);
  const cells = elements(nodes).filter(({ attributes }) => attributes['class'] === 'cell');
  assert.deepEqual(
    cells.map(({ attributes }) => [attributes['data-look'], attributes['href'], attributes['tabindex']]),
    [['published', '#/endpoints/music.played/2026-08-11T03', '0']],
  );
  assert.match(cells[0]?.attributes['aria-label'] ?? '', /^2026-08-11T03: published, generation 1, 7 rows/);
});

test('where nothing is declared it says what to do', () => {
  const text = textOf(page({ ...LOADED, endpoints: [], partitions: new Map() }));
  assert.match(text, /There are no endpoints yet\..*npx trib apply/);
  assert.match(textOf(page({ ...LOADED, filter: 'nothing like it' })), /No endpoint matches/);
});

test('while nobody answers, what was there stays, with a word about it', () => {
  const connection = { kind: 'failing', failure: UNREACHABLE, retryMs: NOW + 8000, lastMs: NOW - 12_000 } as const;
  const text = textOf(page({ ...LOADED, connection }));
  for (const shown of [
    'music.played',
    'does not answer',
    'npx trib status',
    'Asking again in 8 s',
    'last answer 12 s ago',
  ])
    assert.ok(text.includes(shown), shown);
});

test('when nothing was ever answered, why stands in the place of everything', () => {
  const failure = failureOf(401, undefined);
  const connection = { kind: 'failing', failure, retryMs: NOW, lastMs: undefined } as const;
  const text = textOf(page({ ...FIRST_STATE, nowMs: NOW, connection }));
  assert.match(text, /You are not signed in\..*Ask now/);
  assert.ok(!text.includes('Endpoints'));
});

test('an endpoint that is open shows its partitions and contract, one that is not there says so', () => {
  const route = { endpoint: 'music.played', partition: '2026-08-11T03' };
  const contract = {
    ...ENDPOINT,
    readers: ['group:analysts@example.com'],
    about: {
      contact: 'a@example.com',
      purposes: [{ id: 'analytics', description: 'To learn.', legalBasis: 'consent' }],
      schema: [
        {
          name: 'email',
          type: 'string',
          description: 'Address.',
          semantic: 'user.email',
          class: 'strict',
          privacy: 'seal',
        },
      ],
      inputs: ['music.Played'],
      consumers: ['music.daily'],
      checks: [],
    },
  };
  const open = { ...LOADED, route, contract, history: LOADED.partitions.get('music.played') };
  const text = textOf(page(open));
  for (const shown of [
    '400 days',
    'Its rows are in the table.',
    'strict',
    'sealed',
    'user.email',
    'music.daily',
    'analytics, consent',
  ])
    assert.ok(text.includes(shown), shown);
  const other = textOf(page({ ...LOADED, route: { endpoint: 'music.none', partition: undefined } }));
  assert.match(other, /There is no such endpoint/);
});

test('nothing that is shown becomes markup: the page is text and attributes, and no attribute is a script', () => {
  const odd = { ...ENDPOINT, id: 'music.played', description: '<img src=x onerror=alert(1)>' };
  const names = elements(page({ ...LOADED, endpoints: [odd] })).flatMap(({ attributes }) => Object.keys(attributes));
  assert.deepEqual(
    names.filter((name) => /^on|^style$|^srcdoc$/.test(name)),
    [],
  );
});
