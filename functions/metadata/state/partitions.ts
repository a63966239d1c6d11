// Owns the records of partitions in the state bucket, and their summaries in memory: refreshed by listing and by own writes.
import { labelsOf, type PartitionSummary, readSummary, summaryOf } from '#shared/pipelines/partition-summary.ts';
import { type PartitionName, parsePartitionRecord, type PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { type PartitionCommand, type Transition, transition } from '#shared/pipelines/partition-transition.ts';
import type { PartitionKey } from '#shared/pipelines/partition-key.ts';
import type { PartitionsView } from '#shared/pipelines/horizon.ts';
import { partitionObject, partitionOfObject, partitionPrefix } from '#shared/metadata/state-objects.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ListOptions, ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { KeyedSummaries } from './keyed-summaries.ts';
import { EMPTY_TALLY, type Tally } from './tally.ts';

/** A record and the generation of its object, which a replacement must name. */
interface Stored {
  readonly record: PartitionRecord;
  readonly version: string;
}

/** How often a change is tried again after somebody else was faster. */
const MAX_RACES = 20;
/** Records kept beside their summaries: those that are worked on now. */
const KEPT_RECORDS = 2000;

export class Partitions implements PartitionsView {
  readonly #store: ObjectStore;
  readonly #endpoints = new Map<EndpointId, KeyedSummaries>();
  /** The newest known records of partitions that are worked on; oldest first. */
  readonly #records = new Map<string, Stored>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  summary(endpoint: EndpointId, key: PartitionKey): PartitionSummary | undefined {
    return this.#endpoints.get(endpoint)?.get(key);
  }

  keys(endpoint: EndpointId): readonly PartitionKey[] {
    return this.#endpoints.get(endpoint)?.keys() ?? [];
  }

  active(endpoint: EndpointId): readonly PartitionKey[] {
    return this.#endpoints.get(endpoint)?.active() ?? [];
  }

  /** All partitions of an endpoint together. */
  tally(endpoint: EndpointId): Tally {
    return this.#endpoints.get(endpoint)?.tally() ?? EMPTY_TALLY;
  }

  /** Grows with every change of an endpoint's partitions that this instance hears of. */
  revision(endpoint: EndpointId): number {
    return this.#endpoints.get(endpoint)?.revision ?? 0;
  }

  /** Takes in what others have written: of all endpoints, of one, or of some of its keys. */
  async refresh(
    endpoint?: EndpointId,
    range?: { readonly first: PartitionKey; readonly last: PartitionKey },
  ): Promise<void> {
    const listed = this.#store.list(partitionPrefix(endpoint), rangeOptions(endpoint, range));
    for await (const { name: object, generation, labels } of listed) {
      const name = partitionOfObject(object);
      if (name === undefined) continue;
      const summary = readSummary(labels) ?? (await this.read(name).then((record) => record && summaryOf(record)));
      if (summary !== undefined) this.#note(name, summary, generation);
    }
  }

  /** The record of a partition as the bucket has it now. */
  async read(name: PartitionName): Promise<PartitionRecord | undefined> {
    return (await this.#fetch(name))?.record;
  }

  /** The record of a partition as this instance knows it; asks the bucket when it knows none. */
  async recall(name: PartitionName): Promise<PartitionRecord | undefined> {
    return this.#records.get(partitionObject(name))?.record ?? this.read(name);
  }

  /**
   * Changes a partition by a command, against whoever else does at the same time. What is known is tried first; a refusal
   * counts only when the bucket says the same.
   * @throws PlatformError conflict when others are faster all the time
   */
  async apply(name: PartitionName, command: PartitionCommand): Promise<Transition> {
    let known = this.#records.get(partitionObject(name));
    let sure = false;
    for (let race = 0; race < MAX_RACES; race += 1) {
      if (known === undefined && (sure || this.summary(name.endpoint, name.key) !== undefined)) {
        known = await this.#fetch(name);
        sure = true;
      }
      const result = transition(name, known?.record, command);
      if (result.kind === 'next') {
        if (await this.#write(name, known, result.record)) return result;
      } else if (sure) {
        return result;
      }
      [known, sure] = [undefined, true];
    }
    throw new PlatformError('conflict', {
      message: `The partition ${name.endpoint} ${name.key} changes all the time.`,
    });
  }

  async #fetch(name: PartitionName): Promise<Stored | undefined> {
    const object = partitionObject(name);
    const found = await this.#store.read(object);
    if (found === undefined) {
      this.#records.delete(object);
      return undefined;
    }
    const record = parsePartitionRecord(parseJsonBytes(found.body));
    if (record === undefined) {
      throw new PlatformError('internal', { message: `The record of the partition ${object} is damaged.` });
    }
    const stored = { record, version: found.generation };
    this.#remember(name, stored);
    return stored;
  }

  async #write(name: PartitionName, before: Stored | undefined, record: PartitionRecord): Promise<boolean> {
    const object = partitionObject(name);
    const [body, labels] = [JSON.stringify(record), labelsOf(summaryOf(record))];
    const written =
      before === undefined
        ? await this.#store.create(object, body, labels)
        : await this.#store.replace(object, before.version, body, labels);
    if (written.kind === 'exists' || written.kind === 'conflict') {
      this.#records.delete(object);
      return false;
    }
    this.#remember(name, { record, version: written.generation });
    return true;
  }

  #remember(name: PartitionName, stored: Stored): void {
    const object = partitionObject(name);
    this.#records.delete(object);
    this.#records.set(object, stored);
    const [oldest] = this.#records.keys();
    if (this.#records.size > KEPT_RECORDS && oldest !== undefined) this.#records.delete(oldest);
    this.#note(name, summaryOf(stored.record), stored.version);
  }

  #note({ endpoint, key }: PartitionName, summary: PartitionSummary, version: string): void {
    let summaries = this.#endpoints.get(endpoint);
    if (summaries === undefined) {
      summaries = new KeyedSummaries();
      this.#endpoints.set(endpoint, summaries);
    }
    summaries.set(key, summary, version);
  }
}

/** Names of an endpoint's records are in order of its keys. */
function rangeOptions(
  endpoint: EndpointId | undefined,
  range: { readonly first: PartitionKey; readonly last: PartitionKey } | undefined,
): ListOptions {
  if (endpoint === undefined || range === undefined) return {};
  const [from, last] = [range.first, range.last].map((key) => partitionObject({ endpoint, key }));
  return { ...(from === undefined ? {} : { from }), ...(last === undefined ? {} : { before: `${last}\u0000` }) };
}
