// Owns when an erasure has to be done: by calendar months from the receipt, and how urgent it has become.
import { addDuration } from '../../platform/duration.ts';

/** Art. 12(3) GDPR: one month from receipt; two more where requests are complex or many, with notice to the person. */
export const DUE_MONTHS = 1;
export const EXTENDED_MONTHS = 3;

/** Shares of the time at which somebody is told. */
const ALERTS = [0.5, 0.8, 1] as const;

/**
 * The day of the next month with the same number, at the same time in UTC; where that month has no such day, its last one
 * (31 January is due on 28 or 29 February). Earlier than any reading of the law, which adds the rest of the day and weekends.
 */
export function dueAtMs(receivedAtMs: number, months: typeof DUE_MONTHS | typeof EXTENDED_MONTHS = DUE_MONTHS): number {
  return addDuration(receivedAtMs, { months, days: 0, ms: 0 });
}

/** The share of the time that has passed, as the last alert due: 0, 0.5, 0.8 or 1. */
export function alertLevel(receivedAtMs: number, dueMs: number, nowMs: number): 0 | (typeof ALERTS)[number] {
  const passed = (nowMs - receivedAtMs) / (dueMs - receivedAtMs);
  return ALERTS.findLast((share) => passed >= share) ?? 0;
}
