// Owns the rule that what says who somebody is reaches no endpoint that does not say so.
import type { EndpointId } from '../platform/ids.ts';
import type { Column } from './column.ts';
import type { ColumnLineage, ColumnSource } from './endpoint.ts';
import type { Platform } from './platform.ts';

/** A column into which something strict flows without its declaration saying so. */
export interface Taint {
  readonly column: string;
  readonly from: ColumnSource;
  /** What the strict column means. */
  readonly semantic: string;
}

/** Types that no name, address or key survives in once many rows are counted or summed into them. */
const NUMBERS: ReadonlySet<string> = new Set(['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC', 'BOOL']);

/** Every strict value that flows into a column which is not declared to be strict. */
export function taintsOf(
  columns: readonly Column[],
  lineage: readonly ColumnLineage[],
  columnOf: (endpoint: EndpointId, column: string) => Column | undefined,
  platform: Platform,
): readonly Taint[] {
  const isStrict = (column: Column | undefined): boolean =>
    column?.semantic !== undefined && platform.semantics[column.semantic]?.class === 'strict';
  return lineage.flatMap(({ column: name, from }) => {
    const own = columns.find((column) => column.name === name);
    if (own === undefined || isStrict(own)) return [];
    return from.flatMap((source): readonly Taint[] => {
      const origin = columnOf(source.endpoint, source.column);
      if (!isStrict(origin) || !carriesValue(source, own)) return [];
      return [{ column: name, from: source, semantic: origin?.semantic ?? '' }];
    });
  });
}

/** Whether the value itself may be in the column: not when it only decides, is masked, or is counted into a number. */
function carriesValue({ flow }: ColumnSource, into: Column): boolean {
  if (flow === 'influence' || flow === 'masked') return false;
  return flow !== 'aggregated' || into.repeated || !NUMBERS.has(into.type);
}
