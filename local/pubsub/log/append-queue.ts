/** Group commit: everything that waits goes to the file in one write and one fdatasync, then everyone is answered. */
import { fdatasync, writev } from 'node:fs';
import { MessageBatch } from './batch.ts';
import { HEADER_BYTES, writeHead } from './record.ts';

/** One write takes at most this much, so that a sync stays short. */
const MAX_WRITE_BYTES = 8 * 1024 * 1024;

/** Where the next write goes. */
export interface WriteTarget {
  readonly descriptor: number;
  readonly position: number;
  readonly nextSequence: number;
}

export interface AppendHooks {
  /** Called before each write; may begin a new file. */
  target(): WriteTarget;
  /** The batches are on disk, `bytes` long together. */
  written(batches: readonly MessageBatch[], bytes: number): void;
  /** A write or sync failed: whatever of it reached the file must not be read. */
  failed(): void;
}

interface Waiting {
  readonly body: Buffer;
  readonly count: number;
  readonly publishTimeMs: number;
  readonly resolve: (batch: MessageBatch) => void;
  readonly reject: (error: unknown) => void;
}

export class AppendQueue {
  readonly #hooks: AppendHooks;
  #waiting: Waiting[] = [];
  #writing = false;
  #idle: (() => void)[] = [];

  constructor(hooks: AppendHooks) {
    this.#hooks = hooks;
  }

  /** Resolves once the messages are on disk; rejects with the system's error when they are not. */
  append(body: Buffer, count: number, publishTimeMs: number): Promise<MessageBatch> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ body, count, publishTimeMs, resolve, reject });
      if (this.#writing) return;
      this.#writing = true;
      // Whatever else arrives in this turn of the event loop shares the sync.
      setImmediate(() => void this.#run());
    });
  }

  get busy(): boolean {
    return this.#writing;
  }

  /** Resolves when nothing is being written. */
  async drain(): Promise<void> {
    if (this.#writing) await new Promise<void>((resolve) => void this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#takeGroup());
    this.#writing = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && (count === 0 || bytes < MAX_WRITE_BYTES)) {
      bytes += this.#waiting[count]?.body.length ?? 0;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const target = this.#hooks.target();
      const { batches, chunks, bytes } = encode(group, target.nextSequence);
      await writeAll(target.descriptor, chunks, target.position);
      await sync(target.descriptor);
      this.#hooks.written(batches, bytes);
      for (const [index, batch] of batches.entries()) group[index]?.resolve(batch);
    } catch (error) {
      this.#hooks.failed();
      for (const { reject } of group) reject(error);
    }
  }
}

function encode(
  group: readonly Waiting[],
  nextSequence: number,
): { batches: MessageBatch[]; chunks: Buffer[]; bytes: number } {
  const batches: MessageBatch[] = [];
  const chunks: Buffer[] = [];
  let bytes = 0;
  let firstSequence = nextSequence;
  for (const { body, count, publishTimeMs } of group) {
    const head = { firstSequence, publishTimeMs, count };
    chunks.push(writeHead(head, body), body);
    batches.push(new MessageBatch(head, body));
    firstSequence += count;
    bytes += HEADER_BYTES + body.length;
  }
  return { batches, chunks, bytes };
}

async function writeAll(descriptor: number, chunks: readonly Buffer[], position: number): Promise<void> {
  let rest = [...chunks];
  let at = position;
  while (rest.length > 0) {
    const written = await writeOnce(descriptor, rest, at);
    at += written;
    rest = behind(rest, written);
  }
}

function writeOnce(descriptor: number, chunks: readonly Buffer[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(descriptor, chunks, position, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}

function sync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** What is left of the chunks after so many bytes. */
function behind(chunks: readonly Buffer[], bytes: number): Buffer[] {
  let skipped = bytes;
  const rest: Buffer[] = [];
  for (const chunk of chunks) {
    if (skipped >= chunk.length) skipped -= chunk.length;
    else {
      rest.push(skipped === 0 ? chunk : chunk.subarray(skipped));
      skipped = 0;
    }
  }
  return rest;
}
