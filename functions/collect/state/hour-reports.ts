// Owns what this boot says about each hour: registered before it publishes, acknowledged ranges, and the last word.
import type { BooksByType } from '#shared/events/books.ts';
import { encodeReport, reportObject } from '#shared/events/collector-report.ts';
import type { SequenceRanges } from '#shared/events/sequence-ranges.ts';
import type { BootId, EventTypeId } from '#shared/platform/ids.ts';
import { boundsOf, keyAt, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { AcknowledgedRanges } from './acknowledged-ranges.ts';
import { HourBooks, type Sender, type Sent } from './hour-books.ts';

/** How often changed reports are written: an object takes about one write a second. https://cloud.google.com/storage/quotas#objects */
export const REPORT_EVERY_MS = 1000;
/** How often the last word is tried when the process ends. */
const LAST_WORD_ATTEMPTS = 3;

export interface HourReportsParts {
  readonly boot: BootId;
  readonly store: Pick<ObjectStore, 'read' | 'create' | 'replace'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** One request within its hour. */
export interface HourEntry {
  /** When the request counts as received, in epoch milliseconds: never in an hour that had its last word. */
  readonly receivedAtMs: number;
  /** Whether this boot's report of the hour is there; makes it when it is not. To be called before anything is published. */
  register(): Promise<boolean>;
  /** Numbers whose publish was acknowledged. */
  acknowledge(type: EventTypeId, first: number, last: number): void;
  /** Who sent a batch, and with what. */
  use(sender: Sender, sent: Sent): void;
  /** What became of the events of a batch. */
  book(books: BooksByType): void;
  /** The request will publish nothing more. */
  leave(): void;
}

interface Hour {
  readonly key: PartitionKey;
  readonly endMs: number;
  readonly types: Map<EventTypeId, AcknowledgedRanges>;
  readonly books: HourBooks;
  under: number;
  dirty: boolean;
  /** Of the stored report; undefined until it is registered. */
  generation: string | undefined;
  registering: Promise<boolean> | undefined;
  /** The write that is under way: one at a time, or they would race for the generation. */
  writing: Promise<void> | undefined;
}

/** The reports of one boot. */
export class HourReports {
  readonly #parts: HourReportsParts;
  readonly #hours = new Map<PartitionKey, Hour>();
  /** End of the last hour that had its last word: a clock that goes back does not reopen it. */
  #closedUntilMs = 0;

  constructor(parts: HourReportsParts) {
    this.#parts = parts;
  }

  /** A request arrives. */
  enter(): HourEntry {
    const receivedAtMs = Math.max(this.#parts.clock.now(), this.#closedUntilMs);
    const hour = this.#hourAt(receivedAtMs);
    hour.under += 1;
    let left = false;
    return {
      receivedAtMs,
      register: () => this.#register(hour),
      acknowledge: (type, first, last) => acknowledge(hour, type, first, last),
      use: (sender, sent) => hour.books.use(sender, sent),
      book(books) {
        hour.books.add(books);
        hour.dirty ||= books.size > 0;
      },
      leave: () => {
        if (!left) hour.under -= 1;
        left = true;
      },
    };
  }

  /** Writes what has changed; an hour that is over and has nothing under way gets its last word. */
  async flush(): Promise<void> {
    const now = this.#parts.clock.now();
    const writes = [...this.#hours.values()].map((hour) => {
      const over = now >= hour.endMs && hour.under === 0;
      if (over) this.#closedUntilMs = Math.max(this.#closedUntilMs, hour.endMs);
      return hour.writing ?? this.#start(hour, over ? 'final' : 'open');
    });
    await Promise.all(writes);
  }

  /** The last word about every hour: nothing is published after this call. */
  async close(): Promise<void> {
    for (let attempt = 0; attempt < LAST_WORD_ATTEMPTS && this.#hours.size > 0; attempt += 1) {
      await Promise.all([...this.#hours.values()].map(async ({ writing }) => writing));
      await Promise.all([...this.#hours.values()].map((hour) => this.#start(hour, 'final')));
    }
  }

  #hourAt(epochMs: number): Hour {
    const key = keyAt('hour', epochMs);
    const known = this.#hours.get(key);
    if (known !== undefined) return known;
    const hour: Hour = {
      key,
      endMs: boundsOf(key).endMs,
      types: new Map(),
      books: new HourBooks(),
      under: 0,
      dirty: false,
      generation: undefined,
      registering: undefined,
      writing: undefined,
    };
    this.#hours.set(key, hour);
    return hour;
  }

  #register(hour: Hour): Promise<boolean> {
    if (hour.generation !== undefined) return REGISTERED;
    hour.registering ??= this.#create(hour).finally(() => {
      hour.registering = undefined;
    });
    return hour.registering;
  }

  async #create(hour: Hour): Promise<boolean> {
    const { boot, store } = this.#parts;
    try {
      const created = await store.create(reportObject(hour.key, boot), this.#bodyOf(hour, false));
      // No other process has this name: what is there is this boot's own, from an attempt whose reply was lost.
      const generation = created.kind === 'created' ? created.generation : await this.#generationOf(hour);
      hour.generation = generation;
      return generation !== undefined;
    } catch {
      this.#parts.log.write('WARNING', 'the hour could not be registered', { boot, partition: hour.key });
      return false;
    }
  }

  async #start(hour: Hour, word: 'open' | 'final'): Promise<void> {
    // Where nothing was published the books are what there is to tell: about events that were all refused.
    if (hour.generation === undefined && hour.dirty) await this.#register(hour);
    if (hour.generation === undefined) {
      if (word === 'final' && hour.registering === undefined && !hour.dirty) this.#hours.delete(hour.key);
    } else if (hour.dirty || word === 'final') {
      hour.writing = this.#write(hour, hour.generation, word);
      await hour.writing;
    }
  }

  async #write(hour: Hour, generation: string, word: 'open' | 'final'): Promise<void> {
    hour.dirty = false;
    const { boot, store, log } = this.#parts;
    try {
      const body = this.#bodyOf(hour, word === 'final');
      const replaced = await store.replace(reportObject(hour.key, boot), generation, body);
      hour.generation = replaced.kind === 'replaced' ? replaced.generation : await this.#generationOf(hour);
      if (replaced.kind === 'conflict') hour.dirty = true;
      else if (word === 'final') this.#hours.delete(hour.key);
    } catch {
      hour.dirty = true;
      log.write('WARNING', 'the report of an hour could not be written', { boot, partition: hour.key });
    } finally {
      hour.writing = undefined;
    }
  }

  async #generationOf(hour: Hour): Promise<string | undefined> {
    return (await this.#parts.store.read(reportObject(hour.key, this.#parts.boot)))?.generation;
  }

  #bodyOf(hour: Hour, final: boolean): string {
    const { key, books } = hour;
    const types = new Map<EventTypeId, SequenceRanges>();
    for (const [type, acknowledged] of hour.types) types.set(type, acknowledged.ranges);
    return encodeReport({ hour: key, boot: this.#parts.boot, final, types, books: books.byType, usage: books.usage });
  }
}

const REGISTERED = Promise.resolve(true);

function acknowledge(hour: Hour, type: EventTypeId, first: number, last: number): void {
  let ranges = hour.types.get(type);
  if (ranges === undefined) {
    ranges = new AcknowledgedRanges();
    hour.types.set(type, ranges);
  }
  ranges.add(first, last);
  hour.dirty = true;
}
