/** What the warehouse and its worker tell each other. */

import type { Outcome } from '../outcome.ts';
import type { RemoteCall } from '../remote/remote-call.ts';
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
  | { readonly kind: 'remoteAnswer'; readonly id: number; readonly outcome: Outcome<string> }
  | { readonly kind: 'close' };

/** From the worker: once that it is open (or why not), then one answer for each call, and calls of its own to endpoints. */
export type Reply =
  | { readonly kind: 'open' }
  | { readonly kind: 'notOpen'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome<unknown> }
  /** Have an endpoint called, and answer with `remoteAnswer`. */
  | { readonly kind: 'remote'; readonly id: number; readonly call: RemoteCall }
  /** Nobody waits for that answer any more. */
  | { readonly kind: 'remoteEnd'; readonly id: number };
