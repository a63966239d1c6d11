/** Bytes of large objects, each in a file of its own that is written once under a name never used again. */
import { randomBytes } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, linkSync, mkdirSync, openSync, type ReadStream } from 'node:fs';
import { type FileHandle, open, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * A file is visible only through the index row that names it, so there is no moment at which half an object can be
 * seen: it is written and synced first, named by a committed row second, unlinked after the row is gone. What a crash
 * leaves without a row is swept at the next start.
 */
export interface ContentFiles {
  /** Opens a new file for writing; `sync` it before its name is committed anywhere. */
  create(): Promise<WritableContent>;
  /** Opens an unfinished file again, cut off at `size`. */
  reopen(file: string, size: number): Promise<WritableContent>;
  /** The same bytes under another name, without copying them; on disk when it returns. */
  link(file: string): Promise<string>;
  /** Opens at once, so that an unlink that comes later does not matter. `end` is the last byte, inclusive. */
  read(file: string, range?: { readonly start: number; readonly end: number }): ReadStream;
  remove(file: string): Promise<void>;
  /** Removes files of earlier starts that `isNamed` does not know; returns how many. */
  sweep(isNamed: (file: string) => boolean): Promise<number>;
}

export interface WritableContent {
  readonly file: string;
  write(chunk: Uint8Array): Promise<void>;
  /** Bytes and name are on disk when it resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Files are spread over this many folders, because very large folders are slow. */
const FOLDERS = 32;

export function createContentFiles(folder: string): ContentFiles {
  makeFolders(folder);
  // Files of this start are never orphans, whatever the index says at the moment.
  const start = randomBytes(6).toString('hex');
  let count = 0;
  const newName = (): string => {
    count += 1;
    return join(String(count % FOLDERS), `${start}-${count}`);
  };
  const pathOf = (file: string): string => join(folder, file);

  return {
    async create() {
      const file = newName();
      return toWritable(file, await open(pathOf(file), 'wx', 0o600), { path: pathOf(file), size: 0 });
    },
    async reopen(file, size) {
      const handle = await open(pathOf(file), 'r+');
      await handle.truncate(size);
      return toWritable(file, handle, { path: pathOf(file), size });
    },
    async link(file) {
      const copy = newName();
      linkSync(pathOf(file), pathOf(copy));
      await syncFolder(dirname(pathOf(copy)));
      return copy;
    },
    read(file, range) {
      const descriptor = openSync(pathOf(file), 'r');
      try {
        return createReadStream('', { fd: descriptor, ...range });
      } catch (error) {
        closeSync(descriptor);
        throw error;
      }
    },
    // A file that cannot be removed now is an orphan, and swept at the next start.
    remove: async (file) => unlink(pathOf(file)).catch(() => undefined),
    async sweep(isNamed) {
      let removed = 0;
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
        const file = join(entry.parentPath.slice(folder.length + 1), entry.name);
        if (!entry.isFile() || entry.name.startsWith(start) || isNamed(file)) continue;
        await unlink(pathOf(file));
        removed += 1;
      }
      return removed;
    },
  };
}

function makeFolders(folder: string): void {
  for (let index = 0; index < FOLDERS; index += 1)
    mkdirSync(join(folder, String(index)), { recursive: true, mode: 0o700 });
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function toWritable(file: string, handle: FileHandle, at: { readonly path: string; size: number }): WritableContent {
  return {
    file,
    async write(chunk) {
      for (let written = 0; written < chunk.length;) {
        const { bytesWritten } = await handle.write(chunk, written, chunk.length - written, at.size);
        written += bytesWritten;
        at.size += bytesWritten;
      }
    },
    async sync() {
      await handle.datasync();
      await syncFolder(dirname(at.path));
    },
    close: () => handle.close(),
  };
}

/** A new name is on disk only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
