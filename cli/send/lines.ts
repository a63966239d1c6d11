// Owns reading the lines of a file, gzipped or plain, without holding it.
import { createReadStream, openSync, readSync, closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { PlatformError } from '#shared/platform/platform-error.ts';

const GZIP_MAGIC = [0x1f, 0x8b];

/** @throws PlatformError unreadable_file */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const opened = new Promise<void>((resolve, reject) => {
    source.once('open', () => resolve());
    source.once('error', reject);
  });
  try {
    await opened;
  } catch (cause) {
    throw new PlatformError('unreadable_file', { message: `${file} cannot be read.`, cause });
  }
  const input = isGzipped(file) ? source.pipe(createGunzip()) : source;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line !== '') yield line;
  }
}

/** By content, not by name. */
function isGzipped(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const head = Buffer.alloc(GZIP_MAGIC.length);
    readSync(handle, head, 0, head.length, 0);
    return GZIP_MAGIC.every((byte, index) => head[index] === byte);
  } finally {
    closeSync(handle);
  }
}
