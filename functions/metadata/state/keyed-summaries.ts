// Owns the summaries of one endpoint's partitions in memory, in order of their keys.
import type { PartitionKey } from '#shared/pipelines/partition-key.ts';
import type { PartitionSummary } from '#shared/pipelines/partition-summary.ts';
import { type Tally, tallyOf } from './tally.ts';

interface Entry {
  readonly summary: PartitionSummary;
  /** Generation of the object that says so. */
  readonly version: bigint;
}

export class KeyedSummaries {
  readonly #entries = new Map<PartitionKey, Entry>();
  readonly #active = new Set<PartitionKey>();
  #sortedKeys: readonly PartitionKey[] | undefined;
  #sortedActive: readonly PartitionKey[] | undefined;
  #tally: Tally | undefined;
  #revision = 0;

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  get(key: PartitionKey): PartitionSummary | undefined {
    return this.#entries.get(key)?.summary;
  }

  /** Every key, in order. */
  keys(): readonly PartitionKey[] {
    return (this.#sortedKeys ??= [...this.#entries.keys()].sort());
  }

  /** The keys of what is neither published nor skipped, in order. */
  active(): readonly PartitionKey[] {
    return (this.#sortedActive ??= [...this.#active].sort());
  }

  /** All of them together. */
  tally(): Tally {
    return (this.#tally ??= tallyOf(this.keys(), (key) => this.get(key)));
  }

  /** Takes a summary unless it or a newer one is known: a listing may have been made before an own write. */
  set(key: PartitionKey, summary: PartitionSummary, generation: string): void {
    const known = this.#entries.get(key);
    const version = BigInt(generation);
    if (known !== undefined && known.version >= version) return;
    if (known === undefined) this.#sortedKeys = undefined;
    this.#entries.set(key, { summary, version });
    this.#tally = undefined;
    this.#revision += 1;
    const isActive = summary.state !== 'published' && summary.state !== 'skipped';
    if (isActive === this.#active.has(key)) return;
    if (isActive) this.#active.add(key);
    else this.#active.delete(key);
    this.#sortedActive = undefined;
  }
}
