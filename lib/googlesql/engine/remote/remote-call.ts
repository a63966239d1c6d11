/** What the engine asks of whoever opens it when a statement calls a remote function. */

import type { JsonObject, RoutineRef } from '../definitions.ts';
import type { Outcome } from '../outcome.ts';

/** One request to the endpoint of a remote function: some rows of arguments of one statement. */
export interface RemoteCall {
  readonly routine: RoutineRef;
  /** REST `remoteFunctionOptions` of the routine. */
  readonly options: JsonObject;
  /** The statement's own name, as `RunRequest` gave it. */
  readonly queryId: string;
  readonly sessionUser: string;
  /** JSON text of `[[argument, …], …]`, in the encoding of TO_JSON_STRING. */
  readonly calls: string;
}

/** Asks the endpoint; answers the JSON text of its reply, `{"replies": […]}`. `signal` tells that nobody waits any more. */
export type CallRemote = (call: RemoteCall, signal: AbortSignal) => Promise<Outcome<string>>;
