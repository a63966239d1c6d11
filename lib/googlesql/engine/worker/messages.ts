/** What the warehouse and its worker tell each other. */

import type { Outcome } from '../outcome.ts';
import type { OperationName } from './operations.ts';

/** To the worker. */
export type Request =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly nowMs: number;
      readonly operation: OperationName;
      readonly given: readonly unknown[];
    }
  | { readonly kind: 'close' };

/** From the worker: once that it is open (or why not), then one answer for each call. */
export type Reply =
  | { readonly kind: 'open' }
  | { readonly kind: 'notOpen'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome<unknown> };
