/** Partition ids: `20260801`, `2026080113`, `202608`, `2026`, the start of an integer range, `__NULL__`. */

import type { CatalogPartitioning } from '../analysis/catalog.ts';
import { civilOfDays, daysOfCivil, isValidCivil, MICROS_PER_DAY, MICROS_PER_HOUR, splitMicros } from './civil.ts';

/** What a partition holds: values from `start` up to but without `end`; times in microseconds. */
export type PartitionRange =
  | { readonly kind: 'range'; readonly start: bigint; readonly end: bigint }
  | { readonly kind: 'null' };

const widths = { YEAR: 4, MONTH: 6, DAY: 8, HOUR: 10 } as const;

type Unit = keyof typeof widths;

/** The range that an id means; undefined when it is not an id of such a partitioning. */
export function partitionRange(id: string, partitioning: CatalogPartitioning): PartitionRange | undefined {
  if (id === '__NULL__') return { kind: 'null' };
  if (partitioning.kind === 'range') {
    if (!/^-?\d+$/.test(id)) return undefined;
    const start = BigInt(id);
    const inside = start >= partitioning.start && start < partitioning.end;
    if (!inside || (start - partitioning.start) % partitioning.interval !== 0n) return undefined;
    return { kind: 'range', start, end: start + partitioning.interval };
  }
  return timeRange(id, partitioning.unit);
}

function timeRange(id: string, unit: Unit): PartitionRange | undefined {
  if (!/^\d+$/.test(id) || id.length !== widths[unit]) return undefined;
  const year = Number(id.slice(0, 4));
  const month = unit === 'YEAR' ? 1 : Number(id.slice(4, 6));
  const day = unit === 'YEAR' || unit === 'MONTH' ? 1 : Number(id.slice(6, 8));
  const hour = unit === 'HOUR' ? Number(id.slice(8, 10)) : 0;
  if (!isValidCivil({ year, month, day }) || hour > 23) return undefined;
  const start = BigInt(daysOfCivil(year, month, day)) * MICROS_PER_DAY + BigInt(hour) * MICROS_PER_HOUR;
  return { kind: 'range', start, end: endOf(start, unit, { year, month }) };
}

function endOf(start: bigint, unit: Unit, { year, month }: { readonly year: number; readonly month: number }): bigint {
  switch (unit) {
    case 'HOUR':
      return start + MICROS_PER_HOUR;
    case 'DAY':
      return start + MICROS_PER_DAY;
    case 'MONTH':
      return BigInt(daysOfCivil(year, month + 1, 1)) * MICROS_PER_DAY;
    case 'YEAR':
      return BigInt(daysOfCivil(year + 1, 1, 1)) * MICROS_PER_DAY;
  }
}

/** The id of the partition that a time (microseconds) belongs to. */
export function partitionId(micros: bigint, unit: Unit): string {
  const { days, ofDay } = splitMicros(micros);
  const { year, month, day } = civilOfDays(days);
  const text = (value: number, width: number): string => String(value).padStart(width, '0');
  const full = `${text(year, 4)}${text(month, 2)}${text(day, 2)}${text(Number(ofDay / MICROS_PER_HOUR), 2)}`;
  return full.slice(0, widths[unit]);
}
