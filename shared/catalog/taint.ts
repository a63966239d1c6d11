// Owns the rule that what says who somebody is reaches no endpoint that does not say so.
import type { EndpointId } from '../platform/ids.ts';
import type { Column } from './column.ts';
import type { ColumnSource, SqlEndpoint } from './endpoint.ts';
import type { Platform } from './platform.ts';

/** A column into which something strict flows without its declaration saying so. */
export interface Taint {
  readonly column: string;
  readonly from: ColumnSource;
  /** What the strict column means; none when nobody knows, which is taken for the worst. */
  readonly semantic: string | undefined;
}

/** Every strict value that flows into a column which is not declared to be strict. */
export function taintsOf(
  { columns, lineage, privacy }: Pick<SqlEndpoint, 'columns' | 'lineage' | 'privacy'>,
  columnOf: (endpoint: EndpointId, column: string) => Column | undefined,
  platform: Platform,
): readonly Taint[] {
  const isStrict = ({ semantic }: Column): boolean =>
    semantic !== undefined && platform.semantics[semantic]?.class === 'strict';
  return lineage.flatMap(({ column: name, from }) => {
    const own = columns.find((column) => column.name === name);
    if (own === undefined || isStrict(own)) return [];
    return from.flatMap((source): readonly Taint[] => {
      if (!carriesValue(source, privacy?.anonymous !== undefined)) return [];
      const column = columnOf(source.endpoint, source.column);
      const parts = column === undefined ? [] : partsOf(column, source.field);
      if (parts.length === 0) return [{ column: name, from: source, semantic: undefined }];
      const strict = parts.find(isStrict);
      return strict === undefined ? [] : [{ column: name, from: source, semantic: strict.semantic }];
    });
  });
}

/**
 * Everything that flows with a column, or with a field of it: what lies around the field says what it means as well as the
 * field itself, and a struct holds all of its fields. Nothing when there is no such field.
 */
function partsOf(column: Column, field: string | undefined): readonly Column[] {
  const around: Column[] = [];
  let at: Column | undefined = column;
  for (const name of field?.split('.') ?? []) {
    around.push(at);
    at = at.fields?.find((one) => one.name === name);
    if (at === undefined) return [];
  }
  return [...around, at, ...belowOf(at)];
}

function belowOf({ fields = [] }: Column): readonly Column[] {
  return fields.flatMap((field) => [field, ...belowOf(field)]);
}

/**
 * Whether a value may show in the column. A sum or an average over one person is that person's value, so they show it too; only
 * where each row is promised to stand for many, and every partition is audited for it, nobody is alone in one.
 */
function carriesValue({ flow }: Pick<ColumnSource, 'flow'>, anonymous: boolean): boolean {
  switch (flow) {
    case 'influence':
    case 'masked':
    case 'counted':
      return false;
    case 'combined':
      return !anonymous;
    case 'identity':
    case 'transformed':
    case 'aggregated':
    case 'opened':
      return true;
  }
}
