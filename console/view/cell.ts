// Owns how one partition is drawn.
import type { Partition } from '../api/types.ts';
import { lookOf, sentenceOf } from '../model/partition-states.ts';
import { linkTo } from '../model/route.ts';
import { h, type VElement } from '../render/vnode.ts';
import { glyph } from './glyph.ts';

export interface CellPlace {
  readonly endpoint: string;
  /** One cell of a group takes part in the order of Tab; arrow keys lead to the others. */
  readonly stop: boolean;
  /** It begins a row of the calendar. */
  readonly begins?: boolean;
  /** It is the one that is looked at. */
  readonly current?: boolean;
}

export function partitionCell(partition: Partition, { endpoint, stop, begins, current }: CellPlace): VElement {
  const look = lookOf(partition);
  return h(
    'a',
    {
      key: partition.key,
      class: begins === true ? 'cell begins' : 'cell',
      href: linkTo(endpoint, partition.key),
      tabindex: stop ? 0 : -1,
      'data-look': look,
      'data-endpoint': endpoint,
      'data-partition': partition.key,
      'aria-label': sentenceOf(partition),
      'aria-current': current === true ? 'true' : undefined,
    },
    glyph(look),
  );
}
