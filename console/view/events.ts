// Owns the table of events of this hour by type.
import { busiest, type EventCounts, eventCounts } from '../model/event-counts.ts';
import { formatCount, formatRate } from '../model/format.ts';
import { rateCurve } from '../model/rates.ts';
import { linkTo } from '../model/route.ts';
import type { PageState } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { type Heading, listTable } from './list-table.ts';
import { breakable } from './names.ts';
import { loading, nothing } from './notice.ts';
import { sparkline } from './sparkline.ts';

/** A list that is read at a glance; each line has a curve, which is drawn anew every second. */
const MOST_LISTED = 50;

export function eventsSection(state: PageState): VElement {
  const hour = state.counts?.events.hour;
  return h(
    'section',
    { class: 'events', 'aria-labelledby': 'events-title' },
    h(
      'div',
      { class: 'head' },
      h('h2', { id: 'events-title' }, 'Events by type'),
      h('span', { class: 'aside' }, hour === undefined ? '' : `since ${hour.slice(11)}:00 UTC`),
    ),
    table(state),
  );
}

const COUNTED = ['Per second', 'Received', 'Accepted', 'Duplicate', 'Rejected'];
const HEADINGS: readonly Heading[] = [['Type'], ...COUNTED.map((name): Heading => [name, 'number'])];

function table(state: PageState): VElement {
  const { counts, endpoints, samples } = state;
  if (counts === undefined || endpoints === undefined) return loading(4, 'Counts are loading');
  const lines = eventCounts(counts, endpoints, samples);
  if (lines.length === 0)
    return nothing('No event type is declared.', 'Declare one under `events/`, then run `npx trib apply`.');
  const listed = busiest(lines, MOST_LISTED);
  const list = listTable(
    HEADINGS,
    listed.map((line) => row(line, state)),
  );
  const more = lines.length - listed.length;
  return h('div', {}, list, more > 0 && h('p', { class: 'rest' }, `and ${formatCount(more)} types with fewer events`));
}

function row({ type, endpoint, perSecond, ...counted }: EventCounts, { samples }: PageState): VElement {
  const rate = perSecond === undefined ? '–' : formatRate(perSecond);
  return h(
    'tr',
    { key: type },
    h(
      'th',
      { scope: 'row' },
      endpoint === undefined ? breakable(type) : h('a', { href: linkTo(endpoint) }, breakable(type)),
    ),
    h(
      'td',
      { class: 'number rate' },
      sparkline(rateCurve(samples, type), `${type}: ${rate} per second`),
      h('span', {}, rate),
    ),
    h('td', { class: 'number' }, formatCount(counted.received)),
    h('td', { class: 'number' }, formatCount(counted.accepted)),
    h('td', { class: 'number' }, formatCount(counted.duplicate)),
    h('td', { class: 'number', 'data-bad': counted.rejected > 0 }, formatCount(counted.rejected)),
  );
}
