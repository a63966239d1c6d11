import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, UNREACHABLE } from '#console/model/failure.ts';
import { FIRST_STATE, type PageState } from '#console/model/state.ts';
import type { Counts, Endpoint } from '#console/api/types.ts';
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

const COUNTS: Counts = {
  at: '2026-08-11T04:20:00.000Z',
  events: { hour: '2026-08-11T04', total: 3, types: { 'music.Played': 3 }, verdicts: {} },
  partitions: { published: 1 },
  rows: 7,
};

const LOADED: PageState = {
  ...FIRST_STATE,
  nowMs: NOW,
  connection: { kind: 'live', atMs: NOW },
  endpoints: [ENDPOINT],
  runs: [],
  erasures: [],
  counts: COUNTS,
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

/** A place where a name may break is nothing that one reads. */
const BREAK = '\u200b';

function textOf(nodes: readonly VNode[]): string {
  const texts = nodes.map((node) =>
    typeof node === 'string' ? node : node.tag === 'wbr' ? BREAK : textOf(node.children),
  );
  return texts.join(' ').replaceAll(` ${BREAK} `, '');
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

test('an erasure is shown by its id, how far it is and how long it took; one that is past its time stands out', () => {
  const erasures = [
    {
      id: '019a-open',
      state: 'rows-cleaned',
      meaning: 'Rows are gone.',
      receivedAt: '2026-08-11T04:19:30.000Z',
      dueAt: '2026-09-11T04:19:30.000Z',
    },
    {
      id: '019a-done',
      state: 'certified',
      meaning: 'It is done.',
      receivedAt: '2026-08-10T04:00:00.000Z',
      dueAt: '2026-09-10T04:00:00.000Z',
      certifiedAt: '2026-08-10T04:00:05.700Z',
    },
    {
      id: '019a-over',
      state: 'scoped',
      meaning: 'Somebody has to say.',
      receivedAt: '2026-06-11T04:00:00.000Z',
      dueAt: '2026-07-11T04:00:00.000Z',
    },
  ] as const;
  const nodes = page({ ...LOADED, erasures });
  const [, ...rows] = elements(nodes)
    .filter(({ attributes }) => attributes['class'] === 'erasures')
    .flatMap(({ children }) => elements(children).filter(({ tag }) => tag === 'tr'));
  assert.deepEqual(
    rows.map(({ children }) =>
      elements(children)
        .filter(({ tag }) => tag === 'td')
        .map((cell) => textOf(cell.children).trim()),
    ),
    [
      ['rows cleaned', '019a-open', '30 s', '11 Sep', '30 s ago'],
      ['certified', '019a-done', '5.7 s', '10 Sep', '24 h ago'],
      ['scoped', '019a-over', '61 d', '11 Jul', '61 d ago'],
    ],
  );
  const looks = rows.map(
    ({ children }) => elements(children).find(({ tag }) => tag === 'td')?.attributes['data-fresh'],
  );
  assert.deepEqual(looks, ['running', 'published', 'late']);
  assert.match(textOf(page(LOADED)), /Nobody has asked to be forgotten/);
});

test('a partition that is looked at shows what it is made of, and one that waits what for', () => {
  const route = { endpoint: 'music.played', partition: '2026-08-11T03' };
  const hours = ['00', '01', '02'].map((hour) => ({ endpoint: 'music.raw', key: `2026-08-11T${hour}`, generation: 1 }));
  const inputs = [...hours, { endpoint: 'music.raw', key: '2026-08-11T03', generation: 2 }];
  const partition = { key: '2026-08-11T03', state: 'published', generation: 1, rows: 7, inputs } as const;
  const open = { ...LOADED, route, history: LOADED.partitions.get('music.played') };
  const chosen = { endpoint: 'music.played', partition };
  const squeezed = (state: PageState): string => textOf(page(state)).replaceAll(/\s+/g, ' ');
  assert.match(
    squeezed({ ...open, chosen }),
    /Made of music\.raw 2026-08-11T00 to 2026-08-11T02 , 3 in all generation 1 music\.raw 2026-08-11T03 generation 2/,
  );
  const missing = [
    { endpoint: 'music.raw', key: '2026-08-11T03', state: 'running' },
    { endpoint: 'music.dims', state: 'absent' },
  ] as const;
  const waits = { ...partition, state: 'waiting', inputs: [], missing } as const;
  assert.match(
    squeezed({ ...open, chosen: { ...chosen, partition: waits } }),
    /Waits for music\.raw 2026-08-11T03 running music\.dims nothing published/,
  );
  // What belongs to another partition is not shown.
  assert.doesNotMatch(squeezed({ ...open, chosen: { ...chosen, endpoint: 'music.other' } }), /Made of music/);
});

test('while the platform is new the page says what it shows and what comes next, later it does not', () => {
  const since = '2026-08-11T04:00:00.000Z';
  const empty = { ...ENDPOINT, freshness: { state: 'empty' } } as const;
  const daily = { ...empty, id: 'music.daily', kind: 'sql' } as const;
  const counts = { ...COUNTS, since, partitions: {}, events: { ...COUNTS.events, total: 0 } };
  const said = (change: Partial<PageState>): string =>
    elements(page({ ...LOADED, endpoints: [empty, daily], counts, ...change }))
      .filter(({ attributes }) => attributes['class'] === 'beginning')
      .map(({ children }) => textOf(children))
      .join();
  assert.match(said({}), /Nothing has arrived yet/);
  assert.match(said({ counts: { ...counts, events: COUNTS.events } }), /Events arrive/);
  const working = { published: 30, waiting: 110, running: 2 };
  assert.match(said({ counts: { ...counts, partitions: working } }), /30 of 142 so far/);
  assert.match(said({ counts: { ...counts, partitions: { published: 3 } } }), /follows by itself/);
  const done = { ...daily, freshness: { state: 'current', latest: '2026-08-10' } } as const;
  assert.match(said({ endpoints: [empty, done], counts: { ...counts, partitions: working } }), /30 of 142/);
  assert.equal(said({ endpoints: [empty, done], counts: { ...counts, partitions: { published: 142 } } }), '');
  assert.equal(said({ counts: { ...counts, since: '2026-08-11T03:00:00.000Z' } }), '');
});

test('of very many event types those with the most events are listed, and how many more there are', () => {
  const types = Object.fromEntries(Array.from({ length: 1800 }, (_, index) => [`music.Type${index}`, index]));
  const nodes = page({ ...LOADED, counts: { ...COUNTS, events: { ...COUNTS.events, types } } });
  const section = elements(nodes).filter(({ attributes }) => attributes['class'] === 'events');
  assert.equal(section.flatMap(({ children }) => elements(children)).filter(({ tag }) => tag === 'tr').length, 51);
  const text = textOf(section).replaceAll(/\s+/g, ' ');
  assert.match(text, /music\.Type1799/);
  assert.match(text, /and 1,751 types with fewer events/);
});
