/** The durable list of topics and subscriptions: on disk before anyone is told. */
import type { Store } from '../../primitives/store.ts';
import type { Subscription, Topic } from '../resources.ts';

export const REGISTRY_TABLES = `
CREATE TABLE topics (
  number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, config TEXT NOT NULL) STRICT;
CREATE TABLE subscriptions (
  number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, topic INTEGER NOT NULL,
  start_sequence INTEGER NOT NULL, config TEXT NOT NULL) STRICT;
CREATE TABLE boots (number INTEGER PRIMARY KEY AUTOINCREMENT) STRICT`;

export interface TopicRow {
  /** Never used again: it names the log's folder and begins the message ids. */
  readonly number: number;
  readonly config: Topic;
}

export interface SubscriptionRow {
  /** Never used again: it is part of ack ids. */
  readonly number: number;
  /** Number of the topic whose log it reads, also after the topic was deleted. */
  readonly topic: number;
  /** Messages before it were published before the subscription was made. */
  readonly startSequence: number;
  readonly config: Subscription;
}

export class Registry {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Counts this start; larger than every one before. */
  newBoot(): number {
    return this.#store.transaction(() => {
      this.#store.run('INSERT INTO boots DEFAULT VALUES');
      return this.#lastNumber();
    });
  }

  topics(): TopicRow[] {
    const rows = this.#store.all<{ number: number; config: string }>('SELECT number, config FROM topics');
    return rows.map(({ number, config }) => ({ number, config: JSON.parse(config) as Topic }));
  }

  subscriptions(): SubscriptionRow[] {
    const rows = this.#store.all<{ number: number; topic: number; start_sequence: number; config: string }>(
      'SELECT number, topic, start_sequence, config FROM subscriptions',
    );
    return rows.map((row) => ({
      number: row.number,
      topic: row.topic,
      startSequence: row.start_sequence,
      config: JSON.parse(row.config) as Subscription,
    }));
  }

  addTopic(config: Topic): TopicRow {
    return this.#store.transaction(() => {
      this.#store.run('INSERT INTO topics (name, config) VALUES (?, ?)', config.name, JSON.stringify(config));
      return { number: this.#lastNumber(), config };
    });
  }

  updateTopic(number: number, config: Topic): void {
    this.#store.run('UPDATE topics SET config = ? WHERE number = ?', JSON.stringify(config), number);
  }

  /** Deletes a topic and says so in its subscriptions, in one step. */
  removeTopic(number: number, orphans: readonly Pick<SubscriptionRow, 'number' | 'config'>[]): void {
    this.#store.transaction(() => {
      this.#store.run('DELETE FROM topics WHERE number = ?', number);
      for (const orphan of orphans) this.updateSubscription(orphan.number, orphan.config);
    });
  }

  addSubscription(config: Subscription, topic: number, startSequence: number): SubscriptionRow {
    return this.#store.transaction(() => {
      this.#store.run(
        'INSERT INTO subscriptions (name, topic, start_sequence, config) VALUES (?, ?, ?, ?)',
        config.name,
        topic,
        startSequence,
        JSON.stringify(config),
      );
      return { number: this.#lastNumber(), topic, startSequence, config };
    });
  }

  updateSubscription(number: number, config: Subscription): void {
    this.#store.run('UPDATE subscriptions SET config = ? WHERE number = ?', JSON.stringify(config), number);
  }

  removeSubscription(number: number): void {
    this.#store.run('DELETE FROM subscriptions WHERE number = ?', number);
  }

  #lastNumber(): number {
    return this.#store.get<{ number: number }>('SELECT last_insert_rowid() AS number')?.number ?? 0;
  }
}
