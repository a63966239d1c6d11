/** Who has a message right now, and until when. */
import type { StoredMessage } from '../log/batch.ts';

/** Somebody that messages are given to: a stream, one pull, the push or the BigQuery writer. */
export interface Holder {
  /** Of one ordering key, give it the next message only after the one before is settled. */
  readonly oneOfKeyAtATime: boolean;
  /** A message that it held was acknowledged, given back or taken away. */
  released(lease: Lease): void;
}

export interface Lease {
  /** Never used twice in a data folder; part of the ack id. */
  readonly id: number;
  readonly sequence: number;
  readonly holder: Holder;
  /** Size of the message, for flow control. */
  readonly bytes: number;
  /** '' without ordering. */
  readonly orderingKey: string;
  /** Epoch milliseconds; Infinity for deliveries that the server itself watches. */
  deadlineMs: number;
}

export interface Delivery {
  readonly message: StoredMessage;
  readonly lease: Lease;
  /** 1 for the first. */
  readonly attempt: number;
}

/** How much a holder takes at once. */
export interface Room {
  readonly messages: number;
  readonly bytes: number;
}
