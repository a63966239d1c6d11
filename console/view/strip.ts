// Owns the newest partitions of an endpoint in one row.
import type { Endpoint } from '../api/types.ts';
import { stripOf } from '../model/grid.ts';
import { tallyOf } from '../model/partition-states.ts';
import type { EndpointPartitions } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { partitionCell } from './cell.ts';

export function strip(
  { id, grain, partitions: { states } }: Endpoint,
  newest: EndpointPartitions | undefined,
): VElement {
  if (newest === undefined) return h('div', { class: 'strip', 'aria-busy': 'true' });
  if (newest.partitions.length === 0) return h('div', { class: 'strip none' }, 'none expected yet');
  const cells = stripOf(grain, newest.partitions);
  return h(
    'div',
    { class: 'strip', role: 'group', 'data-cells': 'strip', 'aria-label': `Partitions of ${id}: ${tallyOf(states)}` },
    cells.map(({ partition, begins }, index) =>
      partitionCell(partition, { endpoint: id, begins, stop: index === cells.length - 1 }),
    ),
  );
}
