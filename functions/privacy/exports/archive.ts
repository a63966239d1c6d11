// Owns the archive that a person gets: one ZIP, made while it is sent, out of sealed parts.
import { Zip, ZipDeflate } from 'fflate';
import type { Aead } from '#lib/tink/aead.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import type { ExportRecord } from '#shared/privacy/export/export-record.ts';
import { readSealedFile } from './sealed-file.ts';

/** The bytes of the archive. @throws PlatformError corrupt, in the middle of it */
export async function* archiveOf(store: ObjectStore, record: ExportRecord, aead: Aead): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = [];
  let failure: Error | undefined;
  const zip = new Zip((error, chunk) => {
    if (error) failure = error;
    else made.push(chunk);
  });
  for (const file of record.files) {
    const entry = new ZipDeflate(file.name, { level: 6 });
    entry.mtime = record.readyAtMs ?? record.requestedAtMs;
    zip.add(entry);
    for await (const plaintext of readSealedFile(store, { id: record.id, aead }, file)) {
      entry.push(plaintext);
      yield* made.splice(0);
    }
    entry.push(new Uint8Array(), true);
    yield* made.splice(0);
  }
  zip.end();
  if (failure !== undefined) throw failure;
  yield* made.splice(0);
}
