/** Takes in the bytes of an object: small ones in memory, larger ones into a file, checksums on the way. */
import { invalid } from '../errors.ts';
import { MAX_INLINE_BYTES, MAX_OBJECT_BYTES } from '../limits.ts';
import { type Checksums, checksumsOf, type RunningChecksums, runningChecksums } from './checksums.ts';
import type { ContentFiles, WritableContent } from './content-files.ts';

/** Bytes of an object: kept in the index, or in a file that is already on disk. */
export type Content =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly file: string };

export interface Received {
  readonly content: Content;
  readonly size: number;
  readonly checksums: Checksums;
}

export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Reads a source to its end.
 * @throws what the source throws, after removing what was written
 */
export async function receive(source: ByteSource, files: ContentFiles): Promise<Received> {
  const intake = createIntake(files);
  try {
    for await (const chunk of source) await intake.add(chunk);
    return await intake.finish();
  } catch (error) {
    await intake.discard();
    throw error;
  }
}

export interface Intake {
  /** Bytes so far. */
  readonly size: number;
  add(chunk: Uint8Array): Promise<void>;
  /** All of it, on disk unless it is small enough for the index. */
  finish(): Promise<Received>;
  /** Puts what came so far on disk, in a file that can be opened again, and goes on. */
  persist(): Promise<Progress>;
  /** Lets go of the file, which stays. */
  close(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** How far an intake has come; `checksums` goes on with it. */
interface Progress {
  readonly file: string;
  readonly size: number;
  readonly checksums: RunningChecksums;
}

interface Spilled {
  readonly output: WritableContent;
  readonly checksums: RunningChecksums;
}

/** @param from what an interrupted intake goes on from */
export function createIntake(files: ContentFiles, from?: Spilled & { readonly size: number }): Intake {
  const chunks: Uint8Array[] = [];
  let size = from?.size ?? 0;
  let spilled: Spilled | undefined = from;

  const spill = async (): Promise<Spilled> => {
    if (spilled !== undefined) return spilled;
    spilled = { output: await files.create(), checksums: runningChecksums() };
    for (const chunk of chunks.splice(0)) await write(spilled, chunk);
    return spilled;
  };
  const write = async (to: Spilled, chunk: Uint8Array): Promise<void> => {
    to.checksums.update(chunk);
    await to.output.write(chunk);
  };

  return {
    get size() {
      return size;
    },
    async add(chunk) {
      size += chunk.length;
      if (size > MAX_OBJECT_BYTES) throw invalid('The maximum object size is 5 TiB.');
      if (spilled === undefined && size <= MAX_INLINE_BYTES) chunks.push(chunk);
      else await write(await spill(), chunk);
    },
    async finish() {
      if (spilled === undefined) {
        const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
        return { content: { kind: 'inline', bytes }, size, checksums: checksumsOf(bytes) };
      }
      await spilled.output.sync();
      await spilled.output.close();
      return { content: { kind: 'file', file: spilled.output.file }, size, checksums: spilled.checksums.finish() };
    },
    async persist() {
      const { output, checksums } = await spill();
      await output.sync();
      return { file: output.file, size, checksums };
    },
    close: async () => spilled?.output.close(),
    async discard() {
      if (spilled === undefined) return;
      await spilled.output.close();
      await files.remove(spilled.output.file);
    },
  };
}
