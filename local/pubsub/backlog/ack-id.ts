/** Acknowledgement ids: which delivery of which message of which subscription. */

export interface AckId {
  /** Number of the subscription. */
  readonly subscription: number;
  readonly sequence: number;
  /** Number of the lease, never used twice in a data folder. */
  readonly lease: number;
}

const FORM = /^([0-9a-z]{1,11})-([0-9a-z]{1,11})-([0-9a-z]{1,11})$/;

export function formatAckId(id: AckId): string {
  return `${id.subscription.toString(36)}-${id.sequence.toString(36)}-${id.lease.toString(36)}`;
}

/** Undefined when it cannot be one of ours. */
export function parseAckId(text: string): AckId | undefined {
  const [, subscription = '', sequence = '', lease = ''] = FORM.exec(text) ?? [];
  if (lease === '') return undefined;
  return {
    subscription: Number.parseInt(subscription, 36),
    sequence: Number.parseInt(sequence, 36),
    lease: Number.parseInt(lease, 36),
  };
}
