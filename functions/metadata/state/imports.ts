// Owns the imports in the state bucket as metadata sees them: which there are, what they brought, how they stand.
import {
  encodeImport,
  type ImportReceipt,
  type ImportRecord,
  importObject,
  parseImport,
  parseReceipt,
  receiptPrefix,
} from '#shared/events/import-record.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { type ImportId, parseId } from '#shared/platform/ids.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';
import { boundsOf, HOUR_MS } from '#shared/pipelines/partition-key.ts';
import type { PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';

/** An import and the generation of its object. */
export interface StoredImport {
  readonly record: ImportRecord;
  readonly generation: string;
}

const IMPORTS_PREFIX = 'imports/';
/** Sorts after everything that is below a name with a slash. */
const AFTER_SLASH = '0';
const READS_AT_ONCE = 8;
/** Rows of an older import have left the raw table: the longest `dedupe` that is of use, and the week of grace after it. */
const ROWS_KEPT_MS = 400 * DAY_MS;
/** Ids sort by time, but the clocks that made them differ: imports this young are looked for once more. */
const YOUNG_MS = DAY_MS;
/** Events of an import may be a little ahead of the clock, and so may the clock that opened it. */
const SLACK_MS = HOUR_MS;
/** Pauses between looks at what has landed: short at first, because landing takes a second or two. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

export class Imports {
  readonly #store: ObjectStore;
  readonly #imports = new Map<ImportId, StoredImport>();
  /** Receipts never change, so each is read once. */
  readonly #receipts = new Map<ImportId, Map<string, ImportReceipt>>();
  /** How often each import was looked at in vain. */
  readonly #looks = new Map<ImportId, number>();
  #known = false;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Imports that are not finished. */
  unfinished(): readonly StoredImport[] {
    return [...this.#imports.values()].filter(({ record }) => record.state !== 'finished');
  }

  /** Takes in what collect has written. */
  async refresh(nowMs: number): Promise<void> {
    for (let from = this.#firstToLookAt(nowMs); ;) {
      const found = await firstOf(this.#store, from);
      if (found === undefined) break;
      const id = found.name.slice(IMPORTS_PREFIX.length).split('/')[0] ?? '';
      const known = parseId('import', id);
      if (known === undefined || this.#imports.get(known)?.generation !== found.generation)
        await this.#read(`${IMPORTS_PREFIX}${id}`);
      from = `${IMPORTS_PREFIX}${id}${AFTER_SLASH}`;
    }
    this.#known = true;
  }

  /** The same, once: for who needs to know what there was when the instance started. */
  async ready(nowMs: number): Promise<void> {
    if (!this.#known) await this.refresh(nowMs);
  }

  /** Looks at one import again. */
  async look(id: ImportId): Promise<StoredImport | undefined> {
    return this.#read(importObject(id));
  }

  /** What an import has brought, all receipts that are there now. */
  async receipts(id: ImportId): Promise<readonly ImportReceipt[]> {
    const known = this.#receipts.get(id) ?? new Map<string, ImportReceipt>();
    this.#receipts.set(id, known);
    const unread: string[] = [];
    for await (const { name } of this.#store.list(receiptPrefix(id))) if (!known.has(name)) unread.push(name);
    await mapAtOnce(unread, READS_AT_ONCE, async (name) => {
      const found = await this.#store.read(name);
      const receipt = found === undefined ? undefined : parseReceipt(found.body);
      if (receipt !== undefined) known.set(name, receipt);
    });
    return [...known.values()];
  }

  /** How long to wait before looking again at an import that has not landed; longer each time. */
  pauseMs(id: ImportId): number {
    const looks = this.#looks.get(id) ?? 0;
    this.#looks.set(id, looks + 1);
    return Math.min(FIRST_PAUSE_MS * 2 ** looks, LONGEST_PAUSE_MS);
  }

  /** Moves an import on; false when somebody else changed it. */
  async move({ record, generation }: StoredImport, state: 'finishing' | 'finished', nowMs: number): Promise<boolean> {
    const finishedAt = state === 'finished' ? { finishedAt: formatTimestamp(nowMs) } : {};
    const next: ImportRecord = { ...record, state, ...finishedAt };
    const replaced = await this.#store.replace(importObject(record.id), generation, encodeImport(next));
    if (replaced.kind === 'conflict') {
      await this.look(record.id);
      return false;
    }
    this.#imports.set(record.id, { record: next, generation: replaced.generation });
    if (state === 'finished') {
      this.#receipts.delete(record.id);
      this.#looks.delete(record.id);
    }
    return true;
  }

  /**
   * When the oldest import was opened that may have rows for a partition, in epoch milliseconds; undefined without one. The
   * clock's own closing of a partition needs those only that were not finished before it began: what an earlier one brought
   * for it made it waiting.
   */
  openedSince(record: PartitionRecord, nowMs: number): number | undefined {
    const { startMs } = boundsOf(record.key);
    const byClock = record.claim?.reason === 'due' && record.generation === 0;
    const opened = [...this.#imports.values()].flatMap(({ record: { openedAt, finishedAt } }) => {
      const finishedMs = finishedAt === undefined ? Infinity : (parseTimestamp(finishedAt) ?? Infinity);
      const openedMs = parseTimestamp(openedAt) ?? nowMs;
      if (openedMs < nowMs - ROWS_KEPT_MS) return [];
      return byClock && finishedMs < startMs - SLACK_MS ? [] : [openedMs - SLACK_MS];
    });
    return opened.length === 0 ? undefined : Math.min(...opened);
  }

  /** From which name on there may be something new: whatever is older and finished stays as it is. */
  #firstToLookAt(nowMs: number): string {
    if (!this.#known) return IMPORTS_PREFIX;
    const ids = [...this.#imports.keys()].sort();
    const first = ids.find((id) => {
      const record = this.#imports.get(id)?.record;
      return record?.state !== 'finished' || (parseTimestamp(record.openedAt) ?? nowMs) > nowMs - YOUNG_MS;
    });
    return `${IMPORTS_PREFIX}${first ?? ids.at(-1) ?? ''}`;
  }

  async #read(object: string): Promise<StoredImport | undefined> {
    const found = await this.#store.read(object);
    const record = found === undefined ? undefined : parseImport(found.body);
    if (found === undefined || record === undefined) return undefined;
    const stored = { record, generation: found.generation };
    this.#imports.set(record.id, stored);
    return stored;
  }
}

/** The first object from a name on; receipts stand behind their import, so naming what comes after them leaves them out. */
async function firstOf(store: ObjectStore, from: string): Promise<{ name: string; generation: string } | undefined> {
  for await (const found of store.list(IMPORTS_PREFIX, { from })) return found;
  return undefined;
}
