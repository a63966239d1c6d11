// Owns gathering the messages of one topic into requests: what arrives while requests are under way goes together in the next.

/** What publishing came to; `overloaded`: more was waiting than may, and nothing was sent. */
export type Published = 'acknowledged' | 'failed' | 'overloaded';

/** Sends one request; resolves once it is acknowledged. */
export type SendRequest = (messages: readonly Buffer[]) => Promise<void>;

/** What may wait or be under way, over all topics together. */
export interface Outstanding {
  readonly maxBytes: number;
  readonly maxMessages: number;
  bytes: number;
  messages: number;
}

/** Bounds of one request, below Pub/Sub's 1,000 messages and 10 MB. https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_REQUEST_MESSAGES = 1000;
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** Requests of one topic under way at a time: a few hide the round trip, more would only make requests smaller. */
const MAX_UNDER_WAY = 3;

/** Messages that are acknowledged together or not at all. */
interface Parcel {
  readonly messages: readonly Buffer[];
  readonly bytes: number;
  readonly settle: (published: Published) => void;
}

/**
 * Gathers without a timer: with nothing under way a parcel leaves at the end of the turn, and the busier the topic the larger its
 * requests. When a request fails for good, so does everything that waits behind it: it would meet the same failure, later.
 */
export class MessageGatherer {
  readonly #send: SendRequest;
  readonly #outstanding: Outstanding;
  #waiting: Parcel[] = [];
  #underWay = 0;
  #scheduled = false;

  constructor(send: SendRequest, outstanding: Outstanding) {
    this.#send = send;
    this.#outstanding = outstanding;
  }

  /** Publishes messages, in as many requests as their size asks for; `acknowledged` when all of them are. */
  async publish(messages: readonly Buffer[]): Promise<Published> {
    const parcels = parcelsOf(messages);
    const bytes = parcels.reduce((sum, parcel) => sum + parcel.bytes, 0);
    const outstanding = this.#outstanding;
    // A set that is larger than the bound by itself goes alone.
    const tooMuch =
      outstanding.bytes + bytes > outstanding.maxBytes ||
      outstanding.messages + messages.length > outstanding.maxMessages;
    if (tooMuch && outstanding.messages > 0) return 'overloaded';
    outstanding.bytes += bytes;
    outstanding.messages += messages.length;
    const outcomes = await Promise.all(parcels.map((parcel) => this.#enqueue(parcel)));
    outstanding.bytes -= bytes;
    outstanding.messages -= messages.length;
    return outcomes.every((outcome) => outcome === 'acknowledged') ? 'acknowledged' : 'failed';
  }

  #enqueue(parcel: Omit<Parcel, 'settle'>): Promise<Published> {
    return new Promise((settle) => {
      this.#waiting.push({ ...parcel, settle });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#pump();
      });
    });
  }

  #pump(): void {
    while (this.#underWay < MAX_UNDER_WAY && this.#waiting.length > 0) void this.#request(this.#take());
  }

  #take(): readonly Parcel[] {
    let [count, messages, bytes] = [0, 0, 0];
    for (const parcel of this.#waiting) {
      messages += parcel.messages.length;
      bytes += parcel.bytes;
      if (count > 0 && (messages > MAX_REQUEST_MESSAGES || bytes > MAX_REQUEST_BYTES)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #request(parcels: readonly Parcel[]): Promise<void> {
    this.#underWay += 1;
    try {
      await this.#send(parcels.flatMap(({ messages }) => messages));
      for (const { settle } of parcels) settle('acknowledged');
    } catch {
      // Why is the sender's to tell; for those who wait, it only matters that nothing was acknowledged.
      for (const { settle } of [...parcels, ...this.#waiting.splice(0)]) settle('failed');
    } finally {
      this.#underWay -= 1;
      this.#pump();
    }
  }
}

function parcelsOf(messages: readonly Buffer[]): readonly Omit<Parcel, 'settle'>[] {
  const parcels: Omit<Parcel, 'settle'>[] = [];
  let [from, bytes] = [0, 0];
  for (const [at, { length }] of messages.entries()) {
    if (at > from && (at - from >= MAX_REQUEST_MESSAGES || bytes + length > MAX_REQUEST_BYTES)) {
      parcels.push({ messages: messages.slice(from, at), bytes });
      [from, bytes] = [at, 0];
    }
    bytes += length;
  }
  if (messages.length > from) parcels.push({ messages: from === 0 ? messages : messages.slice(from), bytes });
  return parcels;
}
