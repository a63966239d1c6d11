// Owns the queue of a server: one append-only file, on the disk before a write resolves.
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { QueuedEvent, QueueStore } from '../core/effects.ts';
import { lockFile } from './file-lock.ts';
import { lineOf, readLines } from './queue-lines.ts';

/** A file with this much more in it than what is queued is written anew. */
const MAX_DEAD_BYTES = 4 * 1024 * 1024;
/** For its owner only: events hold personal data. */
const MODE = 0o600;

export class FileStore implements QueueStore {
  readonly #path: string;
  #unlock: () => Promise<void> = () => Promise.resolve();
  #handle: FileHandle | undefined;
  /** What is queued, to write the file anew. */
  #events = new Map<string, QueuedEvent>();
  #liveBytes = 0;
  #fileBytes = 0;

  constructor(path: string) {
    this.#path = resolve(path);
  }

  async open(recovered: (events: readonly QueuedEvent[]) => void): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#unlock = await lockFile(this.#path);
    try {
      this.#events = readLines(await readFile(this.#path, 'utf8').catch(emptyWhenMissing));
      for (const { bytes } of this.#events.values()) this.#liveBytes += bytes;
      await this.#rewrite();
    } catch (thrown) {
      await this.#unlock();
      throw thrown;
    }
    recovered([...this.#events.values()]);
  }

  async write(added: readonly QueuedEvent[], removed: readonly string[]): Promise<void> {
    const known = removed.filter((id) => this.#events.has(id));
    if (added.length + known.length === 0) return;
    if (added.length === 0 && known.length === this.#events.size) await this.#empty();
    else await this.#append(lineOf(added, known));
    for (const id of known) this.#forget(id);
    for (const event of added) {
      this.#forget(event.id);
      this.#events.set(event.id, event);
      this.#liveBytes += event.bytes;
    }
    if (this.#fileBytes > 2 * this.#liveBytes + MAX_DEAD_BYTES) await this.#rewrite();
  }

  async scrub(): Promise<void> {
    if (this.#fileBytes > 0) await this.#rewrite();
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    await this.#unlock();
  }

  #forget(id: string): void {
    this.#liveBytes -= this.#events.get(id)?.bytes ?? 0;
    this.#events.delete(id);
  }

  async #append(line: string): Promise<void> {
    const handle = this.#opened();
    const bytes = Buffer.from(line, 'utf8');
    try {
      await handle.appendFile(bytes);
      await handle.datasync();
      this.#fileBytes += bytes.length;
    } catch (thrown) {
      // Half a line would spoil the next one.
      await handle.truncate(this.#fileBytes).catch(() => undefined);
      throw thrown;
    }
  }

  async #empty(): Promise<void> {
    const handle = this.#opened();
    await handle.truncate(0);
    await handle.datasync();
    this.#fileBytes = 0;
  }

  /** A new file beside the old one, then in its place: a crash leaves one of the two, whole. */
  async #rewrite(): Promise<void> {
    const fresh = `${this.#path}.new`;
    const line = this.#events.size === 0 ? '' : lineOf([...this.#events.values()], []);
    const handle = await open(fresh, 'w', MODE);
    try {
      await handle.writeFile(line);
      await handle.sync();
      await rename(fresh, this.#path);
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(this.#path));
    await this.#handle?.close();
    this.#handle = await open(this.#path, 'a', MODE);
    this.#fileBytes = Buffer.byteLength(line);
  }

  #opened(): FileHandle {
    if (this.#handle === undefined) throw new Error('the queue is not open');
    return this.#handle;
  }
}

/** The rename is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function emptyWhenMissing(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return '';
  throw thrown;
}
