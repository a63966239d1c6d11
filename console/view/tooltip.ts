// Owns what is shown beside a cell that is pointed at.
import { factsOf, lookOf, LOOKS } from '../model/partition-states.ts';
import type { PageState } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { mark } from './glyph.ts';

export function tooltip({ pointed, partitions, history }: PageState): VElement | undefined {
  if (pointed === undefined) return undefined;
  const { endpoint, key } = pointed;
  const lists = [history?.id === endpoint ? history : undefined, partitions.get(endpoint)];
  const partition = lists.flatMap((list) => list?.partitions ?? []).find((one) => one.key === key);
  if (partition === undefined) return undefined;
  const look = lookOf(partition);
  return h(
    'div',
    { class: 'tooltip', role: 'tooltip' },
    h('p', { class: 'title' }, mark(look), h('b', {}, key), h('span', {}, LOOKS[look].label)),
    h('p', { class: 'means' }, LOOKS[look].means),
    h(
      'dl',
      {},
      factsOf(partition).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
    ),
  );
}
