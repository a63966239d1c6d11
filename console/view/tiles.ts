// Owns the numbers at the top of the page: what flows in, what became of it, and how endpoints stand.
import type { Counts, FreshnessState } from '../api/types.ts';
import { eventCounts, totalOf } from '../model/event-counts.ts';
import { formatCount, formatPercent, formatRate, formatShort } from '../model/format.ts';
import { LOOK_NAMES, LOOKS } from '../model/partition-states.ts';
import { rateCurve, rateNow } from '../model/rates.ts';
import type { PageState } from '../model/state.ts';
import { type Child, h, type VElement } from '../render/vnode.ts';
import { mark } from './glyph.ts';
import { sparkline } from './sparkline.ts';

export function tiles(state: PageState): VElement {
  return h(
    'section',
    { class: 'tiles', 'aria-label': 'Now' },
    rateTile(state),
    acceptedTile(state),
    rejectedTile(state),
    rowsTile(state),
    endpointsTile(state),
  );
}

function tile(name: string, value: Child, ...more: readonly Child[]): VElement {
  return h('div', { class: 'tile', 'data-tile': name }, h('h3', {}, name), h('p', { class: 'value' }, value), more);
}

function rateTile({ samples }: PageState): VElement {
  const rate = rateNow(samples);
  const text = rate === undefined ? '–' : formatRate(rate);
  return tile(
    'Events',
    [text, h('small', {}, ' per second')],
    sparkline(rateCurve(samples), `Events per second over the last three minutes, now ${text}`),
  );
}

function acceptedTile({ counts }: PageState): VElement {
  if (counts === undefined) return tile('Accepted', '–');
  return tile('Accepted', formatCount(counts.events.total), h('p', { class: 'under' }, sinceOf(counts.events.hour)));
}

function rejectedTile({ counts, endpoints = [], samples }: PageState): VElement {
  if (counts === undefined) return tile('Rejected', '–');
  const { received, rejected, duplicate } = totalOf(eventCounts(counts, endpoints, samples));
  const share = rejected === 0 ? '' : ` ${formatPercent(rejected / received)}`;
  return tile(
    'Rejected',
    [formatCount(rejected), h('small', {}, share)],
    h('p', { class: 'under' }, `${formatCount(duplicate)} duplicate`),
  );
}

function rowsTile({ counts }: PageState): VElement {
  if (counts === undefined) return tile('Published', '–');
  return tile(
    'Published',
    [formatShort(counts.rows), h('small', {}, ' event rows')],
    h('p', { class: 'under marks' }, partitionMarks(counts.partitions)),
  );
}

function partitionMarks(states: Counts['partitions']): readonly VElement[] {
  return LOOK_NAMES.flatMap((look) => {
    const count = look === 'empty' ? undefined : states[look];
    if (count === undefined || count === 0) return [];
    const label = `${formatCount(count)} ${LOOKS[look].label}`;
    return [h('span', { key: look, title: label, role: 'img', 'aria-label': label }, mark(look), formatShort(count))];
  });
}

const ORDER: readonly FreshnessState[] = ['late', 'due', 'current', 'empty'];

function endpointsTile({ endpoints }: PageState): VElement {
  if (endpoints === undefined) return tile('Endpoints', '–');
  const standing = Map.groupBy(endpoints, ({ freshness }) => freshness.state);
  return tile(
    'Endpoints',
    formatCount(endpoints.length),
    h(
      'p',
      { class: 'under marks' },
      ORDER.flatMap((state) => {
        const count = standing.get(state)?.length ?? 0;
        return count === 0 ? [] : [h('span', {}, mark(state), `${count} ${state}`)];
      }),
    ),
  );
}

function sinceOf(hour: string): string {
  return `since ${hour.slice(11)}:00`;
}
