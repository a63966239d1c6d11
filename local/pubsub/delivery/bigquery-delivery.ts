/** Writes the messages of one subscription to its BigQuery table, in batches, one append at a time. */
import type { CloudClock } from '../../primitives/clock.ts';
import { describeFailure, type Log } from '../../primitives/log.ts';
import type { Delivery, Holder, Lease } from '../backlog/lease.ts';
import { backoffMs } from '../backlog/backoff.ts';
import type { AppendVerdict, BigQuerySink, SinkTable } from '../bigquery-sink.ts';
import type { Consumer, SubscriptionRuntime } from '../broker/subscription-runtime.ts';
import { PUSH_BACKOFF_MS } from '../limits.ts';
import type { BigQueryConfig, DestinationState } from '../resources.ts';
import { schemaMismatch, tableOf } from '../settings/bigquery-settings.ts';
import { type RowWriter, rowWriter } from './bigquery-rows.ts';
import type { Turns } from './turns.ts';

/** How long few messages wait for others to share an append with. */
const LINGER_MS = 150;
/** So many do not wait. */
const FULL_ENOUGH = 1000;
const MAX_ROOM = { messages: 5000, bytes: 4 * 1024 * 1024 } as const;

export interface BigQueryParts {
  readonly sink: BigQuerySink;
  /** One append at a time per table, and not too many together. */
  readonly turns: Turns;
  readonly clock: CloudClock;
  readonly log: Log;
}

export class BigQueryDelivery implements Consumer, Holder {
  readonly oneOfKeyAtATime = false;
  readonly #subscription: SubscriptionRuntime;
  readonly #config: BigQueryConfig;
  readonly #parts: BigQueryParts;
  readonly #table: SinkTable;
  #writer: RowWriter | undefined;
  #linger: NodeJS.Timeout | undefined;
  #writing = false;
  #closed = false;
  /** Attempts in a row in which the table could not be written to. */
  #setbacks = 0;
  #pausedUntilMs = 0;

  constructor(subscription: SubscriptionRuntime, config: BigQueryConfig, parts: BigQueryParts) {
    this.#subscription = subscription;
    this.#config = config;
    this.#parts = parts;
    this.#table = tableOf(config);
  }

  pump(): boolean {
    if (this.#closed || this.#writing || this.#parts.clock.now() < this.#pausedUntilMs) return false;
    if (this.#subscription.behind >= FULL_ENOUGH) this.#start();
    // The wait is for the batch's sake and not part of the service's time: it passes on the machine's clock.
    else this.#linger ??= setTimeout(() => this.#start(), LINGER_MS);
    return false;
  }

  released(): void {
    // It settles all that it takes before it takes more.
  }

  ended(): void {
    this.close();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#linger);
    this.#subscription.detach(this);
  }

  #start(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#closed || this.#writing) return;
    this.#writing = true;
    void this.#parts.turns.take(this.#config.table, () => this.#turn());
  }

  async #turn(): Promise<void> {
    try {
      await this.#write();
    } catch (error) {
      const { name } = this.#subscription.config;
      this.#parts.log('ERROR', 'delivery to BigQuery failed', { subscription: name, failure: describeFailure(error) });
    } finally {
      this.#writing = false;
      this.#subscription.wake();
    }
  }

  async #write(): Promise<void> {
    const writer = this.#writer ?? (await this.#describe());
    if (writer === undefined || this.#closed) return;
    const deliveries = this.#subscription.take(this, MAX_ROOM, Infinity);
    const { rows, sent } = this.#toRows(writer, deliveries);
    if (rows.length === 0) return;
    const verdict = await this.#append(rows);
    if (verdict.kind === 'appended') await this.#settle(sent, verdict.rejected);
    else {
      this.#setBack(verdict.kind === 'missing-table' ? 'NOT_FOUND' : this.#subscription.destination);
      this.#subscription.giveBack(leases(sent), this.#pauseMs);
    }
  }

  /** Reads the table's columns; undefined, and a pause, when it cannot be written to. */
  async #describe(): Promise<RowWriter | undefined> {
    const columns = await this.#parts.sink.describe(this.#table).catch(() => 'unavailable' as const);
    if (columns === 'unavailable') this.#setBack(this.#subscription.destination);
    else if (columns === undefined) this.#setBack('NOT_FOUND');
    else if (schemaMismatch(this.#config, columns) !== undefined) this.#setBack('SCHEMA_MISMATCH');
    else {
      this.#subscription.destination = 'ACTIVE';
      this.#writer = rowWriter(this.#subscription.config.name, this.#config, columns);
      return this.#writer;
    }
    this.#subscription.wakeAfter(this.#pauseMs);
    return undefined;
  }

  #toRows(writer: RowWriter, deliveries: readonly Delivery[]): { rows: Buffer[]; sent: Delivery[] } {
    const rows: Buffer[] = [];
    const sent: Delivery[] = [];
    for (const delivery of deliveries) {
      const { message } = delivery;
      const row = writer(message, this.#subscription.topic.messageId(message.sequence));
      if (row.kind === 'refused') this.#subscription.fail(delivery.lease, row.reason);
      else {
        rows.push(row.json);
        sent.push(delivery);
      }
    }
    return { rows, sent };
  }

  async #append(rows: readonly Uint8Array[]): Promise<AppendVerdict> {
    const options = { ignoreUnknownValues: this.#config.dropUnknownFields };
    try {
      return await this.#parts.sink.append(this.#table, rows, options);
    } catch {
      return { kind: 'unavailable', message: 'the append broke off' };
    }
  }

  /** Written rows are acknowledged, first of all: what is given back after a failure must not be written again. */
  async #settle(sent: readonly Delivery[], rejected: readonly { index: number; message: string }[]): Promise<void> {
    this.#setbacks = 0;
    this.#subscription.destination = 'ACTIVE';
    const refused = new Map(rejected.map(({ index, message }) => [index, message]));
    const written = sent.filter((_, index) => !refused.has(index));
    this.#subscription.ack(written.map(({ message }) => message.sequence));
    if (refused.size === 0) return;
    // It may be the table that changed, and not the messages that are wrong.
    this.#writer = undefined;
    const failed = sent.flatMap((delivery, index) => (refused.has(index) ? [{ delivery, index }] : []));
    if ((await this.#describe()) === undefined) {
      this.#subscription.giveBack(leases(failed.map(({ delivery }) => delivery)), this.#pauseMs);
      return;
    }
    for (const { delivery, index } of failed) this.#subscription.fail(delivery.lease, refused.get(index));
  }

  #setBack(state: DestinationState): void {
    this.#subscription.destination = state;
    this.#writer = undefined;
    this.#setbacks += 1;
    this.#pausedUntilMs = this.#parts.clock.now() + this.#pauseMs;
  }

  get #pauseMs(): number {
    return backoffMs({ minMs: PUSH_BACKOFF_MS.min, maxMs: PUSH_BACKOFF_MS.max }, this.#setbacks);
  }
}

function leases(deliveries: readonly Delivery[]): Lease[] {
  return deliveries.map(({ lease }) => lease);
}
