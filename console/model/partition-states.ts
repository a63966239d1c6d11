// Owns what is said of each state a partition may be in: a word, a sentence, and a shape, so that nothing depends on colour.
import type { Partition, PartitionState } from '../api/types.ts';
import { formatCount, formatExactly } from './format.ts';

/** How a cell looks: the states, and published without a row. */
export type CellLook = PartitionState | 'empty';

interface LookText {
  readonly label: string;
  readonly means: string;
}

/** In the order of the legend. */
export const LOOKS: { readonly [Look in CellLook]: LookText } = {
  published: { label: 'published', means: 'Its rows are in the table.' },
  empty: { label: 'published, no rows', means: 'It was built, and there was nothing for it.' },
  running: { label: 'running', means: 'A run builds it.' },
  committing: { label: 'committing', means: 'Its rows are being copied into the table.' },
  waiting: { label: 'waiting', means: 'There is work for it that has not begun.' },
  expected: { label: 'expected', means: 'The calendar expects it; nothing was built yet.' },
  stale: { label: 'stale', means: 'Published, but an input has a newer generation.' },
  failed: { label: 'failed', means: 'Its last run failed.' },
  skipped: { label: 'skipped', means: 'It publishes nothing, and keeps nobody waiting.' },
};

/** The names of all looks, in the order of the legend. */
export const LOOK_NAMES = Object.keys(LOOKS) as readonly CellLook[];

/** How the cell of a partition looks. */
export function lookOf({ state, rows }: Pick<Partition, 'state' | 'rows'>): CellLook {
  return state === 'published' && rows === 0 ? 'empty' : state;
}

/** One line about a partition, for who cannot see its cell. */
export function sentenceOf(partition: Partition): string {
  const { key, generation, rows, publishedAt, failure } = partition;
  const built =
    generation === 0
      ? 'never published'
      : `generation ${generation}, ${formatCount(rows)} rows, published ${formatExactly(publishedAt ?? '')}`;
  const failed = failure === undefined ? '' : `, error ${failure.code}`;
  return `${key}: ${LOOKS[lookOf(partition)].label}, ${built}${failed}`;
}

/** What is known of a partition, name by name. */
export function factsOf(partition: Partition): readonly (readonly [name: string, value: string])[] {
  const { generation, rows, publishedAt, run, claimedAt, failure } = partition;
  return [
    ['generation', generation === 0 ? 'never published' : String(generation)],
    ...(generation === 0 ? [] : [['rows', formatCount(rows)] as const]),
    ...moment('published', publishedAt),
    ...moment('claimed', claimedAt),
    ...(run === undefined ? [] : [['run', run] as const]),
    ...(failure === undefined ? [] : [['error', failure.code] as const]),
    ...moment('failed', failure?.at),
    ...moment('tried again', failure?.retryAt),
  ];
}

function moment(name: string, text: string | undefined): readonly (readonly [string, string])[] {
  return text === undefined ? [] : [[name, formatExactly(text)]];
}

/** `46 published, 1 failed` */
export function tallyOf(states: Readonly<Partial<Record<PartitionState, number>>>): string {
  const parts = LOOK_NAMES.flatMap((look) => {
    const count = look === 'empty' ? undefined : states[look];
    return count === undefined || count === 0 ? [] : [`${formatCount(count)} ${look}`];
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}
