/** A topic that is being served: its log, its subscriptions, the ids of its messages. */
import { ApiError } from '../../primitives/errors.ts';
import type { Log } from '../../primitives/log.ts';
import { toMs } from '../durations.ts';
import type { MessageBatch } from '../log/batch.ts';
import type { RecentBudget } from '../log/recent-batches.ts';
import { TopicLog } from '../log/topic-log.ts';
import type { Topic } from '../resources.ts';
import type { SubscriptionRuntime } from './subscription-runtime.ts';

/** Digits of a sequence number in a message id: enough for a trillion messages. */
const SEQUENCE_DIGITS = 12;
const SEQUENCE_BASE = 10 ** SEQUENCE_DIGITS;

export interface TopicParts {
  readonly number: number;
  readonly folder: string;
  readonly budget: RecentBudget;
  readonly log: Log;
}

export class TopicRuntime {
  readonly number: number;
  /** Undefined once the topic was deleted: subscriptions may still have messages of it. */
  config: Topic | undefined;
  readonly messages: TopicLog;
  readonly subscriptions = new Set<SubscriptionRuntime>();
  readonly #log: Log;

  constructor(config: Topic | undefined, parts: TopicParts) {
    this.number = parts.number;
    this.config = config;
    this.#log = parts.log;
    this.messages = TopicLog.open(parts.folder, {
      budget: parts.budget,
      onAppend: () => {
        for (const subscription of this.subscriptions) subscription.wake();
      },
    });
  }

  /** Decimal, increasing, unique in the data folder. */
  messageId(sequence: number): string {
    return `${this.number}${String(SEQUENCE_BASE + sequence).slice(1)}`;
  }

  /**
   * Resolves once the messages are on disk.
   * @throws ApiError UNAVAILABLE when they could not be written
   */
  async publish(body: Buffer, count: number, nowMs: number): Promise<MessageBatch> {
    try {
      return await this.messages.append(body, count, nowMs);
    } catch (error) {
      this.#log('ERROR', 'messages could not be written', { topic: this.number, code: errorCode(error) });
      throw new ApiError('UNAVAILABLE', 'The service was unable to fulfill your request. Please try again.');
    }
  }

  /** Gives back the disk space of what nobody needs any more; `finishFromBytes` as `TopicLog.releaseBefore` takes it. */
  release(nowMs: number, finishFromBytes: number): void {
    const { messages, config } = this;
    let needed = messages.endSequence;
    for (const subscription of this.subscriptions) needed = Math.min(needed, subscription.neededFrom(nowMs));
    const retention = config?.messageRetentionDuration;
    if (retention) needed = Math.min(needed, messages.segmentSince(nowMs - toMs(retention)));
    messages.releaseBefore(needed, finishFromBytes);
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
