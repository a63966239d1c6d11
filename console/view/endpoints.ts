// Owns the table of endpoints.
import type { Endpoint } from '../api/types.ts';
import { formatExactly, formatShort } from '../model/format.ts';
import { freshnessText, promiseText } from '../model/freshness.ts';
import { LOOK_NAMES, LOOKS } from '../model/partition-states.ts';
import { linkTo } from '../model/route.ts';
import { filtered, LISTED_AT_FIRST, listedEndpoints, type PageState } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { mark } from './glyph.ts';
import { type Heading, listTable } from './list-table.ts';
import { loading, nothing } from './notice.ts';
import { strip } from './strip.ts';

export function endpointsSection(state: PageState): VElement {
  return h(
    'section',
    { class: 'endpoints', 'aria-labelledby': 'endpoints-title' },
    h(
      'div',
      { class: 'head' },
      h('h2', { id: 'endpoints-title' }, 'Endpoints'),
      h('input', {
        type: 'search',
        placeholder: 'Filter by name, owner, kind',
        'aria-label': 'Filter endpoints',
        'data-input': 'filter',
        spellcheck: 'false',
        autocomplete: 'off',
      }),
    ),
    list(state),
    legend(),
  );
}

function list(state: PageState): VElement {
  const { endpoints } = state;
  if (endpoints === undefined) return loading(6, 'Endpoints are loading');
  if (endpoints.length === 0) {
    return nothing(
      'There are no endpoints yet.',
      'Declare an event type under `events/` or a pipeline under `sql/`, then run `npx trib apply`.',
    );
  }
  const listed = listedEndpoints(state);
  if (listed.length === 0) return nothing('No endpoint matches.', 'Clear the filter to see all of them.');
  const more = filtered(state).length - listed.length;
  return h('div', {}, table(listed, state), more > 0 && moreButton(more));
}

function moreButton(more: number): VElement {
  const next = Math.min(more, LISTED_AT_FIRST);
  return h('button', { type: 'button', class: 'more', 'data-action': 'list-more' }, `Show ${next} more of ${more}`);
}

const COLUMNS = ['Endpoint', 'Owner', 'Grain', 'Freshness', 'Newest', 'Rows', 'Partitions'];
const HEADINGS = COLUMNS.map((name): Heading => [name, name.toLowerCase()]);

function table(endpoints: readonly Endpoint[], state: PageState): VElement {
  return listTable(
    HEADINGS,
    endpoints.map((endpoint) => row(endpoint, state)),
  );
}

function row(endpoint: Endpoint, { nowMs, partitions, route }: PageState): VElement {
  const { id, kind, description, owner, grain, freshness, promise } = endpoint;
  const { state, label, detail } = freshnessText(endpoint, nowMs);
  const published = freshness.publishedAt === undefined ? '' : `Published ${formatExactly(freshness.publishedAt)}`;
  return h(
    'tr',
    { key: id, 'aria-current': route.endpoint === id ? 'true' : undefined },
    h(
      'th',
      { scope: 'row', class: 'endpoint' },
      h('a', { href: linkTo(id), title: description, 'data-open': id }, id),
      h('span', { class: 'kind' }, kind),
    ),
    h('td', { class: 'owner' }, owner),
    h('td', { class: 'grain' }, grain),
    h(
      'td',
      {
        class: 'freshness',
        title: promise === undefined ? 'Nothing is promised.' : `Promised ${promiseText(promise)}.`,
      },
      h('span', { class: 'state', 'data-fresh': state }, mark(state), label),
      h('small', {}, detail),
    ),
    h('td', { class: 'newest', title: published }, freshness.latest ?? '–'),
    h('td', { class: 'rows' }, formatShort(endpoint.partitions.rows)),
    h('td', { class: 'partitions' }, strip(endpoint, partitions.get(id))),
  );
}

function legend(): VElement {
  return h(
    'ul',
    { class: 'legend', 'aria-label': 'What the cells mean' },
    LOOK_NAMES.map((look) => h('li', { title: LOOKS[look].means }, mark(look), LOOKS[look].label)),
  );
}
