/** All topics and subscriptions: makes, finds and ends them, and keeps their files. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudContext } from '../../host/service.ts';
import type { Timer } from '../../primitives/clock.ts';
import { openStore, type Store } from '../../primitives/store.ts';
import type { BigQuerySink } from '../bigquery-sink.ts';
import { BigQueryDelivery } from '../delivery/bigquery-delivery.ts';
import { deadLetterMessage } from '../delivery/dead-letters.ts';
import { PushDelivery } from '../delivery/push-delivery.ts';
import { createIdentityTokens } from '../../primitives/identity-tokens.ts';
import { Turns } from '../delivery/turns.ts';
import { syncFolder } from '../log/sync-folder.ts';
import { RecentBudget } from '../log/recent-batches.ts';
import { alreadyExists, detached, notFound, wrongSubscriptionType } from '../refusals.ts';
import { DELETED_TOPIC } from '../resource-names.ts';
import { deliveryKind, type Subscription, type Topic } from '../resources.ts';
import { writeBody } from '../wire/publish-request.ts';
import { PROGRESS_TABLES, type ProgressOwner, ProgressStore } from './progress-store.ts';
import { Registry, REGISTRY_TABLES, type SubscriptionRow } from './registry.ts';
import { type DeadLetter, SubscriptionRuntime } from './subscription-runtime.ts';
import { TopicRuntime } from './topic-runtime.ts';

/** What was published last and is kept in memory, all topics together. */
const RECENT_BYTES = 8 * 1024 * 1024;
/** How often retention is looked at. */
const EXPIRE_EVERY_MS = 10 * 60_000;
/** A log's last file is given up when all of it was delivered and it is this large: at once, or when retention is looked at. */
const FINISH_BUSY_BYTES = 8 * 1024 * 1024;
const FINISH_QUIET_BYTES = 16 * 1024;
/** Appends to BigQuery under way at once. */
const MAX_APPENDS = 8;
/** Lease ids of one start; the next start's begin above. */
const LEASES_PER_BOOT = 2 ** 32;

export interface BrokerParts {
  readonly context: CloudContext;
  readonly bigQuery: BigQuerySink | undefined;
}

export class Broker {
  readonly #parts: BrokerParts;
  readonly #folder: string;
  readonly #stores: { readonly strict: Store; readonly lazy: Store };
  readonly #registry: Registry;
  readonly #progress: ProgressStore;
  readonly #budget = new RecentBudget(RECENT_BYTES);
  readonly #turns = new Turns(MAX_APPENDS);
  readonly #tokens: ReturnType<typeof createIdentityTokens>;
  readonly #topics = new Map<string, TopicRuntime>();
  /** By number; also of deleted topics that subscriptions still read. */
  readonly #logs = new Map<number, TopicRuntime>();
  readonly #subscriptions = new Map<string, SubscriptionRuntime>();
  readonly #deliveries = new Map<SubscriptionRuntime, { close(): void }>();
  #lastLeaseId: number;
  #expiry: Timer | undefined;
  #started = false;

  constructor(parts: BrokerParts) {
    const { context } = parts;
    this.#parts = parts;
    this.#folder = join(context.dataDir, 'pubsub');
    this.#stores = {
      strict: openStore(join(this.#folder, 'pubsub.db'), [REGISTRY_TABLES, PROGRESS_TABLES]),
      lazy: openStore(join(this.#folder, 'progress.db'), [PROGRESS_TABLES], 'normal'),
    };
    this.#registry = new Registry(this.#stores.strict);
    this.#progress = new ProgressStore(this.#stores, (owners) => this.#releaseFor(owners));
    this.#tokens = createIdentityTokens(context.outbound, context.clock);
    this.#lastLeaseId = this.#registry.newBoot() * LEASES_PER_BOOT;
    this.#open();
  }

  /** Begins deliveries that nobody has to ask for: pushes and writes to BigQuery. */
  start(): void {
    this.#started = true;
    for (const subscription of this.#subscriptions.values()) this.#deliver(subscription);
    this.#planExpiry();
  }

  async stop(): Promise<void> {
    this.#expiry?.cancel();
    for (const delivery of this.#deliveries.values()) delivery.close();
    // What is being written will be there: it must be acknowledged, or it would be written again after the restart.
    await this.#turns.idle();
    for (const subscription of this.#subscriptions.values()) subscription.close();
    for (const topic of this.#logs.values()) await topic.messages.close();
    this.#progress.close();
    this.#stores.lazy.close();
    this.#stores.strict.close();
  }

  // ---- topics ----

  /** @throws ApiError NOT_FOUND */
  topic(name: string): TopicRuntime {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw notFound(name);
    return topic;
  }

  topics(): Iterable<[string, TopicRuntime]> {
    return this.#topics;
  }

  /** @throws ApiError ALREADY_EXISTS */
  createTopic(config: Topic): void {
    if (this.#topics.has(config.name)) throw alreadyExists(config.name);
    const { number } = this.#registry.addTopic(config);
    this.#topics.set(config.name, this.#openTopic(number, config));
  }

  updateTopic(topic: TopicRuntime, config: Topic): void {
    this.#registry.updateTopic(topic.number, config);
    topic.config = config;
  }

  /** Its subscriptions stay, with what they have not delivered yet. */
  async deleteTopic(name: string): Promise<void> {
    const topic = this.topic(name);
    const orphans = [...topic.subscriptions].map((subscription) => ({
      subscription,
      config: { ...subscription.config, topic: DELETED_TOPIC },
    }));
    this.#registry.removeTopic(
      topic.number,
      orphans.map(({ subscription, config }) => ({ number: subscription.number, config })),
    );
    for (const { subscription, config } of orphans) subscription.config = config;
    this.#topics.delete(name);
    topic.config = undefined;
    await this.#closeIfUnused(topic);
  }

  // ---- subscriptions ----

  /** @throws ApiError NOT_FOUND */
  subscription(name: string): SubscriptionRuntime {
    const subscription = this.#subscriptions.get(name);
    if (subscription === undefined) throw notFound(name);
    return subscription;
  }

  subscriptions(): Iterable<[string, SubscriptionRuntime]> {
    return this.#subscriptions;
  }

  /** It gets what is published from now on. @throws ApiError ALREADY_EXISTS, NOT_FOUND for a missing topic */
  createSubscription(config: Subscription): SubscriptionRuntime {
    if (this.#subscriptions.has(config.name)) throw alreadyExists(config.name);
    const topic = this.topic(config.topic);
    const row = this.#registry.addSubscription(config, topic.number, topic.messages.endSequence);
    const subscription = this.#openSubscription(row, topic);
    if (this.#started) this.#deliver(subscription);
    return subscription;
  }

  async updateSubscription(subscription: SubscriptionRuntime, config: Subscription): Promise<void> {
    const before = deliveryKind(subscription.config);
    this.#registry.updateSubscription(subscription.number, config);
    subscription.config = config;
    // It may now be kept elsewhere.
    await subscription.commit();
    this.#endDelivery(subscription);
    if (deliveryKind(config) !== before) subscription.endConsumers(wrongSubscriptionType());
    this.#deliver(subscription);
  }

  /** It keeps its settings and loses its messages. */
  async detachSubscription(subscription: SubscriptionRuntime): Promise<void> {
    await this.updateSubscription(subscription, { ...subscription.config, detached: true });
    subscription.dropAll();
    subscription.topic.subscriptions.delete(subscription);
    subscription.endConsumers(detached(subscription.config.name));
  }

  async deleteSubscription(name: string): Promise<void> {
    const subscription = this.subscription(name);
    this.#registry.removeSubscription(subscription.number);
    this.#subscriptions.delete(name);
    this.#endDelivery(subscription);
    subscription.endConsumers(notFound(name));
    subscription.close();
    subscription.topic.subscriptions.delete(subscription);
    this.#progress.forget(subscription);
    await this.#closeIfUnused(subscription.topic);
  }

  // ---- files ----

  #open(): void {
    const subscriptions = this.#registry.subscriptions();
    for (const { number, config } of this.#registry.topics())
      this.#topics.set(config.name, this.#openTopic(number, config));
    for (const row of subscriptions) {
      this.#openSubscription(row, this.#logs.get(row.topic) ?? this.#openTopic(row.topic, undefined));
    }
    this.#removeLeftovers();
  }

  #openTopic(number: number, config: Topic | undefined): TopicRuntime {
    const folder = join(this.#folder, 'topics', String(number));
    const topic = new TopicRuntime(config, { number, folder, budget: this.#budget, log: this.#parts.context.log });
    this.#logs.set(number, topic);
    return topic;
  }

  #openSubscription(row: SubscriptionRow, topic: TopicRuntime): SubscriptionRuntime {
    const { config, number, startSequence } = row;
    const kind = config.enableExactlyOnceDelivery ? 'strict' : 'lazy';
    const progress = this.#progress.load(number, kind) ?? { floor: startSequence, acked: [], failures: [] };
    const subscription = new SubscriptionRuntime(config, progress, {
      number,
      topic,
      clock: this.#parts.context.clock,
      progress: this.#progress,
      log: this.#parts.context.log,
      newLeaseId: () => (this.#lastLeaseId += 1),
      forward: (letter) => this.#forward(letter),
    });
    this.#subscriptions.set(config.name, subscription);
    if (!config.detached) topic.subscriptions.add(subscription);
    return subscription;
  }

  /** A crash while a topic was deleted may have left its messages. */
  #removeLeftovers(): void {
    const folder = join(this.#folder, 'topics');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    syncFolder(this.#folder);
    for (const name of readdirSync(folder)) {
      if (!this.#logs.has(Number(name))) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }

  async #closeIfUnused(topic: TopicRuntime): Promise<void> {
    if (topic.config !== undefined) return;
    for (const subscription of this.#subscriptions.values()) if (subscription.topic === topic) return;
    this.#logs.delete(topic.number);
    await topic.messages.destroy();
  }

  // ---- deliveries ----

  #deliver(subscription: SubscriptionRuntime): void {
    const { bigqueryConfig, pushConfig } = subscription.config;
    const { context, bigQuery } = this.#parts;
    if (subscription.config.detached) return;
    if (bigqueryConfig !== null && bigQuery === undefined) subscription.destination = 'NOT_FOUND';
    else if (bigqueryConfig !== null && bigQuery !== undefined) {
      const parts = { sink: bigQuery, turns: this.#turns, clock: context.clock, log: context.log };
      this.#begin(subscription, new BigQueryDelivery(subscription, bigqueryConfig, parts));
    } else if (pushConfig !== null && pushConfig.pushEndpoint !== '') {
      const parts = { outbound: context.outbound, tokens: this.#tokens };
      this.#begin(subscription, new PushDelivery(subscription, pushConfig, parts));
    }
  }

  #begin(subscription: SubscriptionRuntime, delivery: BigQueryDelivery | PushDelivery): void {
    this.#deliveries.set(subscription, delivery);
    subscription.attach(delivery);
  }

  #endDelivery(subscription: SubscriptionRuntime): void {
    this.#deliveries.get(subscription)?.close();
    this.#deliveries.delete(subscription);
    subscription.destination = 'ACTIVE';
  }

  async #forward(letter: DeadLetter): Promise<void> {
    const topic = this.topic(letter.subscription.deadLetterPolicy?.deadLetterTopic ?? '');
    await topic.publish(writeBody([deadLetterMessage(letter)]), 1, this.#parts.context.clock.now());
  }

  // ---- disk space ----

  #releaseFor(owners: ReadonlySet<ProgressOwner>): void {
    const nowMs = this.#parts.context.clock.now();
    const topics = new Set<TopicRuntime>();
    for (const subscription of this.#subscriptions.values())
      if (owners.has(subscription)) topics.add(subscription.topic);
    for (const topic of topics) topic.release(nowMs, FINISH_BUSY_BYTES);
  }

  #planExpiry(): void {
    const { clock } = this.#parts.context;
    this.#expiry = clock.at(clock.now() + EXPIRE_EVERY_MS, () => {
      const nowMs = clock.now();
      for (const subscription of this.#subscriptions.values()) subscription.expire(nowMs);
      for (const topic of this.#logs.values()) topic.release(nowMs, FINISH_QUIET_BYTES);
      this.#planExpiry();
    });
  }
}
