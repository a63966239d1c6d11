// Owns what an event is told whose keys cannot be had.
import type { Verdict } from '#shared/events/verdict.ts';
import type { Used } from '#shared/privacy/keys/keyrings.ts';

/** The verdict of events whose keys could not be lent. What is damaged has to be looked at by people; until then it may be sent again. */
export function verdictWithoutKeys(used: Exclude<Used<never>, { kind: 'used' }>): Verdict {
  switch (used.kind) {
    case 'refused':
      return { kind: 'rejected', code: used.code };
    case 'retry':
      return { kind: 'retry', code: used.code };
    case 'damaged':
      return { kind: 'retry', code: 'keys_unavailable' };
  }
}
