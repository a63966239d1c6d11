// Owns files of an export as they are stored: in parts, each sealed under the key of the request and bound to its place.
import type { Aead } from '#lib/tink/aead.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { ExportFile } from '#shared/privacy/export/export-record.ts';
import { scopeAssociatedData } from '#shared/privacy/keys/derivations.ts';
import { exportRequestId, partOfFile } from './export-objects.ts';

/** Text of a part before it is sealed: what one write and one read hold in memory. */
const PART_BYTES = 1024 * 1024;

export interface SealedFile {
  write(text: string): Promise<void>;
  /** Writes what is left, and answers the file. */
  end(): Promise<ExportFile>;
}

/** Begins a file; `stem` is of this attempt alone, so that nothing of another one is ever overwritten or mixed in. */
export function createSealedFile(
  store: ObjectStore,
  { id, aead }: { readonly id: string; readonly aead: Aead },
  name: string,
  stem: string,
): SealedFile {
  let held: string[] = [];
  let bytes = 0;
  let parts = 0;
  const flush = async (): Promise<void> => {
    const plaintext = Buffer.from(held.join(''), 'utf8');
    [held, bytes] = [[], 0];
    await store.create(partOfFile(id, stem, parts), aead.seal(plaintext, placeOf(id, stem, parts)));
    plaintext.fill(0);
    parts += 1;
  };
  return {
    async write(text) {
      held.push(text);
      bytes += text.length;
      if (bytes >= PART_BYTES) await flush();
    },
    async end() {
      if (bytes > 0) await flush();
      return { name, stem, parts };
    },
  };
}

/** The parts of a file, opened. @throws PlatformError corrupt */
export async function* readSealedFile(
  store: ObjectStore,
  { id, aead }: { readonly id: string; readonly aead: Aead },
  { stem, parts }: ExportFile,
): AsyncGenerator<Buffer> {
  for (let part = 0; part < parts; part += 1) {
    const stored = await store.read(partOfFile(id, stem, part));
    const opened = stored === undefined ? undefined : aead.open(stored.body, placeOf(id, stem, part));
    if (opened?.kind !== 'opened') throw new PlatformError('corrupt', { message: 'A part of an export is damaged.' });
    yield opened.plaintext;
  }
}

function placeOf(id: string, stem: string, part: number): Buffer {
  return scopeAssociatedData(`${exportRequestId(id)}/${stem}/${part}`);
}
