// Owns the partitions of an endpoint laid out by the calendar.
import { type Cell, gridOf, type Grain, type GridRow } from '../model/grid.ts';
import { formatCount } from '../model/format.ts';
import type { EndpointPartitions } from '../model/state.ts';
import { h, type VElement } from '../render/vnode.ts';
import { partitionCell } from './cell.ts';

export interface GridProps {
  readonly endpoint: string;
  readonly grain: Grain;
  readonly history: EndpointPartitions;
  readonly current: string | undefined;
}

export function partitionGrid({ endpoint, grain, history, current }: GridProps): VElement {
  const grid = gridOf(grain, history.partitions);
  const newest = history.partitions.at(-1)?.key;
  const stop = current ?? newest;
  const cell = (place: Cell, column: number): VElement => {
    if (place.kind !== 'partition') return h('td', { key: column, class: place.kind });
    const { partition } = place;
    const isCurrent = partition.key === current;
    return h(
      'td',
      { key: column },
      partitionCell(partition, { endpoint, stop: partition.key === stop, current: isCurrent }),
    );
  };
  return h(
    'table',
    { class: 'grid', 'data-cells': 'grid', 'data-grain': grain, 'aria-label': `Partitions of ${endpoint}` },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('td'),
        grid.columns.map((column, index) => h('th', { scope: 'col' }, shortened(grain, column, index))),
      ),
    ),
    h(
      'tbody',
      {},
      grid.rows.flatMap((row) => [
        ...(row.skipped > 0 ? [gap(row, grid.columns.length, grid.unit)] : []),
        h('tr', { key: row.id }, h('th', { scope: 'row', title: row.id }, row.label), row.cells.map(cell)),
      ]),
    ),
  );
}

function gap({ id, skipped }: GridRow, columns: number, unit: string): VElement {
  const words = skipped === 1 ? unit.replace(/s$/, '') : unit;
  return h(
    'tr',
    { key: `before ${id}`, class: 'gap' },
    h('td'),
    h('td', { colspan: columns }, `${formatCount(skipped)} ${words} without partitions`),
  );
}

/** Every third number is enough to count by. */
function shortened(grain: Grain, column: string, index: number): string {
  if (grain === 'hour') return index % 3 === 0 ? column : '';
  if (grain === 'day') return index === 0 || (index + 1) % 5 === 0 ? column : '';
  if (grain === 'week') return index === 0 || (index + 1) % 5 === 0 ? column : '';
  return column;
}
