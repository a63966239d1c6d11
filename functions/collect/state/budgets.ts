// Owns the bytes that event types with a daily budget have stored today: of this boot exactly, of all others as last told.
import { type Catalog, eventTypesOf } from '#shared/catalog/catalog.ts';
import { endpointOf } from '#shared/catalog/names.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { BootId, EventTypeId } from '#shared/platform/ids.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';

/** How often boots tell each other what they have stored: a budget is overspent by what all of them take in this time. */
export const BUDGETS_EVERY_MS = 10_000;

/** Labels of an object hold 8 KiB: https://cloud.google.com/storage/quotas#objects. A type and its bytes take up to 140. */
const TYPES_PER_OBJECT = 50;

interface BudgetsParts {
  readonly boot: BootId;
  readonly store: Pick<ObjectStore, 'read' | 'create' | 'replace' | 'list' | 'delete'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Objects are `budgets/<day>/<boot>-<n>`, with the bytes of each type as a label, so that a listing tells all. Labels are named by
 * endpoint: names of metadata are not safe to differ by case only.
 */
export class Budgets {
  readonly #parts: BudgetsParts;
  #limits: ReadonlyMap<EventTypeId, number> = new Map();
  #day: string;
  #own = new Map<EventTypeId, number>();
  #others: ReadonlyMap<string, number> = new Map();
  #told = new Set<EventTypeId>();
  #changed = false;

  constructor(parts: BudgetsParts) {
    this.#parts = parts;
    this.#day = dayOf(parts.clock);
  }

  /** Budgets from here on; what was stored under others of today still counts. */
  adopt(catalog: Catalog): void {
    this.#limits = new Map(
      eventTypesOf(catalog).flatMap(({ id, dailyBytes }) => (dailyBytes === undefined ? [] : [[id, dailyBytes]])),
    );
  }

  /** Whether a type has stored what it may today. */
  isSpent(type: EventTypeId): boolean {
    if (this.#limits.size === 0) return false;
    const limit = this.#limits.get(type);
    if (limit === undefined) return false;
    this.#turn();
    const bytes = (this.#own.get(type) ?? 0) + (this.#others.get(endpointOf(type)) ?? 0);
    if (bytes < limit) return false;
    if (!this.#told.has(type))
      this.#parts.log.write('WARNING', 'the daily budget is spent', { event_type: type, bytes, code: 'budget_spent' });
    this.#told.add(type);
    return true;
  }

  /** Notes what was stored of a type. */
  spend(type: EventTypeId, bytes: number): void {
    if (!this.#limits.has(type)) return;
    this.#turn();
    this.#own.set(type, (this.#own.get(type) ?? 0) + bytes);
    this.#changed = true;
  }

  /** Tells the others and hears of them. Never rejects: without them each boot goes by what it knows. */
  async sync(): Promise<void> {
    if (this.#limits.size === 0) return;
    this.#turn();
    try {
      if (this.#changed) await this.#tell();
      await this.#hear();
    } catch (thrown) {
      const code = thrown instanceof PlatformError ? thrown.code : 'internal';
      this.#parts.log.write('WARNING', 'budgets could not be shared', { code });
    }
  }

  #turn(): void {
    const day = dayOf(this.#parts.clock);
    if (day === this.#day) return;
    this.#day = day;
    this.#own = new Map();
    this.#others = new Map();
    this.#told = new Set();
  }

  async #tell(): Promise<void> {
    const { boot, store } = this.#parts;
    const entries = [...this.#own].map(([type, bytes]) => [endpointOf(type), String(bytes)] as const);
    this.#changed = false;
    try {
      for (let at = 0; at < entries.length; at += TYPES_PER_OBJECT) {
        const name = `budgets/${this.#day}/${boot}-${at / TYPES_PER_OBJECT}`;
        const labels = Object.fromEntries(entries.slice(at, at + TYPES_PER_OBJECT));
        const found = await store.read(name);
        if (found === undefined) await store.create(name, '{}', labels);
        else await store.replace(name, found.generation, '{}', labels);
      }
    } catch (thrown) {
      this.#changed = true;
      throw thrown;
    }
  }

  async #hear(): Promise<void> {
    const { boot, store } = this.#parts;
    const day = this.#day;
    const today = `budgets/${day}/`;
    const others = new Map<string, number>();
    for await (const { name, labels } of store.list('budgets/')) {
      if (name < today) await store.delete(name);
      if (!name.startsWith(today) || name.startsWith(`${today}${boot}-`)) continue;
      for (const [endpoint, bytes] of Object.entries(labels))
        others.set(endpoint, (others.get(endpoint) ?? 0) + Number(bytes));
    }
    if (day === this.#day) this.#others = others;
  }
}

/** Budgets are of days in UTC, as partitions are. */
function dayOf(clock: Clock): string {
  return formatTimestamp(clock.now()).slice(0, 10);
}
