// Owns what a protocol is to the door: how a body becomes a batch of events, and how verdicts and refusals are worded.
import type { IncomingMessage } from 'node:http';
import type { Batch } from '#shared/events/batch.ts';
import type { Reply } from '#shared/events/reply.ts';
import type { WireVerdict } from '#shared/events/verdict.ts';
import type { PlatformError } from '#shared/platform/platform-error.ts';
import type { AdoptedCatalog } from '../state/catalogs.ts';
import type { RequestHead } from './credential.ts';

/** A way of sending events. The door does everything else: the key, the body within bounds, rates, the way of the batch. */
export interface Protocol {
  /** Reads a body, inflated already. Never quotes what was sent, and does not throw on it. */
  read(body: Buffer, asked: Asked): Taken | PlatformError;
  /** The answer to a request that is refused as a whole; the door adds `Retry-After` to 429 and 503. */
  refuse(refusal: PlatformError): Reply;
}

/** What a body is read by. */
export interface Asked extends RequestHead {
  readonly request: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'socket'>;
  readonly catalog: AdoptedCatalog;
  /** When the body was there, in epoch milliseconds. */
  readonly nowMs: number;
}

/** What a request carries. */
export interface Taken {
  readonly batch: Batch;
  /** What the body names as its write key; used where the head shows none. */
  readonly writeKey?: unknown;
  /** `try`: verdicts are asked for, and nothing is to be stored. */
  readonly mode: 'collect' | 'try';
  /** The answer to verdicts, one for each event of the batch in order; the door adds `Retry-After` where one is `retry`. */
  readonly answer: (verdicts: readonly WireVerdict[]) => Reply;
}
