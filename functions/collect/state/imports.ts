// Owns historical imports as collect sees them: opened, looked up for each batch, receipted, and finished durably.
import {
  encodeImport,
  encodeReceipt,
  importObject,
  type ImportReceipt,
  type ImportRecord,
  parseImport,
  receiptObject,
} from '#shared/events/import-record.ts';
import type { BootId, ImportId } from '#shared/platform/ids.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';

export interface ImportsParts {
  readonly boot: BootId;
  readonly store: Pick<ObjectStore, 'read' | 'create' | 'replace'>;
  readonly clock: Clock;
}

/** What writing a receipt came to; `overtaken`: the import was finished before anybody saw it, so nothing waits for its batch. */
export type Receipted = 'written' | 'overtaken' | 'failed';

/** How often a record is looked at again that somebody else wrote meanwhile. */
const MAX_ATTEMPTS = 5;

export class Imports {
  readonly #parts: ImportsParts;
  #receipts = 0;

  constructor(parts: ImportsParts) {
    this.#parts = parts;
  }

  /** Opens an import for a write key. */
  async open(id: ImportId, writeKey: string): Promise<void> {
    const { store, clock } = this.#parts;
    const record: ImportRecord = { id, state: 'open', openedAt: formatTimestamp(clock.now()), writeKey };
    await store.create(importObject(id), encodeImport(record));
  }

  /** Why a write key may not send to an import, if so. */
  async refusal(id: ImportId, writeKey: string): Promise<PlatformError | undefined> {
    const found = await this.#read(id);
    if (found?.record.writeKey !== writeKey) return new PlatformError('unknown_import');
    return found.record.state === 'open' ? undefined : new PlatformError('finished_import');
  }

  /**
   * Writes down what an acknowledged batch brought, before the batch is answered. `written` is only what whoever finishes the
   * import has seen, or will see before it can.
   */
  async receipt(id: ImportId, types: ImportReceipt['types']): Promise<Receipted> {
    const { boot, store } = this.#parts;
    this.#receipts += 1;
    const name = receiptObject(id, boot, this.#receipts);
    try {
      await store.create(name, encodeReceipt({ boot, types }));
      return await this.#show(id);
    } catch {
      return 'failed';
    }
  }

  /**
   * Sees to it that a receipt that was just written is looked at. While the import is open, whoever finishes it will read it.
   * While it is being finished, the record is written anew, as it is: who had looked for receipts before cannot finish it with
   * the generation that he knows, and looks once more. After that nobody looks.
   */
  async #show(id: ImportId): Promise<Receipted> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const found = await this.#read(id);
      if (found === undefined || found.record.state === 'finished') return 'overtaken';
      if (found.record.state === 'open') return 'written';
      const record = encodeImport(found.record);
      const replaced = await this.#parts.store.replace(importObject(id), found.generation, record);
      if (replaced.kind === 'replaced') return 'written';
    }
    return 'failed';
  }

  /**
   * Makes an import take no more batches, durably. Finishing again changes nothing.
   * @throws PlatformError unknown_import, conflict
   */
  async finish(id: ImportId, writeKey: string): Promise<ImportRecord> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const found = await this.#read(id);
      if (found?.record.writeKey !== writeKey) throw new PlatformError('unknown_import');
      if (found.record.state !== 'open') return found.record;
      const finishing: ImportRecord = { ...found.record, state: 'finishing' };
      const replaced = await this.#parts.store.replace(importObject(id), found.generation, encodeImport(finishing));
      if (replaced.kind === 'replaced') return finishing;
    }
    throw new PlatformError('conflict');
  }

  async #read(id: ImportId): Promise<{ readonly record: ImportRecord; readonly generation: string } | undefined> {
    const stored = await this.#parts.store.read(importObject(id));
    const record = stored === undefined ? undefined : parseImport(stored.body);
    return stored === undefined || record === undefined ? undefined : { record, generation: stored.generation };
  }
}
