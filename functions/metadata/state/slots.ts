// Owns the slots of pools: an object each, made by whoever takes one, so that no two runs ever have the same.
import type { PoolId } from '#shared/platform/ids.ts';
import { parseId } from '#shared/platform/ids.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import { slotObject, slotPrefix } from '#shared/metadata/state-objects.ts';

/** A slot that is taken. */
export interface TakenSlot {
  readonly object: string;
  readonly generation: string;
  /** Undefined when its labels say nothing that makes sense. */
  readonly holder: RunName | undefined;
  readonly takenMs: number;
}

export class Slots {
  readonly #store: ObjectStore;
  readonly #taken = new Map<string, TakenSlot>();
  /** Whether somebody found a pool full. */
  #wanted = false;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Everything that is taken, as far as this instance knows. */
  get taken(): readonly TakenSlot[] {
    return [...this.#taken.values()];
  }

  /** Takes in what others took and let go. */
  async refresh(): Promise<void> {
    const found = new Map<string, TakenSlot>();
    for await (const { name, generation, labels } of this.#store.list(slotPrefix())) {
      const takenMs = Number(labels['taken_ms'] ?? 0);
      found.set(name, { object: name, generation, holder: holderOf(labels), takenMs });
    }
    this.#taken.clear();
    for (const [name, slot] of found) this.#taken.set(name, slot);
  }

  /** Takes a slot of a pool for a run; false when there is none left. */
  async take(pool: PoolId, slots: number, run: RunName, nowMs: number): Promise<boolean> {
    const labels = { endpoint: run.endpoint, key: run.key, run: run.run, taken_ms: String(nowMs) };
    for (let slot = 1; slot <= slots; slot += 1) {
      const object = slotObject(pool, slot);
      if (this.#taken.has(object)) continue;
      const created = await this.#store.create(object, '{}', labels);
      const generation = created.kind === 'created' ? created.generation : '';
      this.#taken.set(object, {
        object,
        generation,
        holder: created.kind === 'created' ? run : undefined,
        takenMs: nowMs,
      });
      if (created.kind === 'created') return true;
    }
    this.#wanted = true;
    return false;
  }

  /** Lets go of what a run holds; answers whether somebody has found a pool full since the last time. */
  async release(run: string): Promise<boolean> {
    const held = this.taken.filter(({ holder }) => holder?.run === run);
    for (const slot of held) await this.free(slot);
    if (held.length === 0 || !this.#wanted) return false;
    this.#wanted = false;
    return true;
  }

  /** Lets go of a slot whoever holds it. */
  async free({ object, generation }: TakenSlot): Promise<void> {
    await this.#store.delete(object, generation);
    this.#taken.delete(object);
  }
}

function holderOf(labels: Readonly<Record<string, string>>): RunName | undefined {
  const { endpoint: id = '', key: text = '', run } = labels;
  const [endpoint, key] = [parseId('endpoint', id), parsePartitionKey(text)];
  return endpoint === undefined || key === undefined || run === undefined ? undefined : { endpoint, key, run };
}
