/** Resumable uploads under way: kept on disk, so that they can be continued after any death of the cloud. */
import { randomBytes } from 'node:crypto';
import type { CloudClock } from '../../primitives/clock.ts';
import type { Store } from '../../primitives/store.ts';
import type { ContentFiles } from '../contents/content-files.ts';
import { UPLOAD_SESSION_MS } from '../limits.ts';
import type { UploadRequest } from './upload-request.ts';

export interface OpenUpload {
  readonly state: 'open';
  readonly id: string;
  readonly request: UploadRequest;
  /** Bytes that are on disk, in `file`. */
  readonly received: number;
  readonly file: string | undefined;
}

export type UploadSession =
  | OpenUpload
  | { readonly state: 'finished'; readonly bucket: string; readonly name: string; readonly generation: number }
  | { readonly state: 'cancelled' };

export interface UploadSessions {
  /** On disk when it resolves. */
  start(request: UploadRequest): Promise<OpenUpload>;
  find(id: string): UploadSession | undefined;
  /** On disk when it resolves; the bytes must be already. */
  progress(id: string, at: { readonly file: string; readonly received: number }): Promise<void>;
  /** In the transaction that makes the object. */
  finish(id: string, generation: number): void;
  cancel(session: OpenUpload): Promise<void>;
  namesFile(file: string): boolean;
  nextExpiryMs(): number | undefined;
  expire(): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly bucket: string;
  readonly name: string;
  readonly state: UploadSession['state'];
  readonly request: string;
  readonly received: number;
  readonly file: string | null;
  readonly generation: number | null;
}

export function createUploadSessions(parts: {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly files: ContentFiles;
}): UploadSessions {
  const { store, clock, files } = parts;
  return {
    async start(request) {
      const id = randomBytes(32).toString('base64url');
      await store.together(() =>
        store.run(
          "INSERT INTO uploads VALUES (?, ?, ?, 'open', ?, 0, NULL, NULL, ?)",
          id,
          request.bucket,
          request.name,
          JSON.stringify(request),
          clock.now(),
        ),
      );
      return { id, state: 'open', request, received: 0, file: undefined };
    },
    find(id) {
      const row = store.get<Row>(
        'SELECT * FROM uploads WHERE id = ? AND started_ms > ?',
        id,
        clock.now() - UPLOAD_SESSION_MS,
      );
      return row === undefined ? undefined : fromRow(row);
    },
    async progress(id, at) {
      await store.together(() =>
        store.run('UPDATE uploads SET file = ?, received = ? WHERE id = ?', at.file, at.received, id),
      );
    },
    finish(id, generation) {
      // What the caller sent along is the object's now, and goes when that goes.
      store.run(
        "UPDATE uploads SET state = 'finished', request = '', generation = ?, file = NULL WHERE id = ?",
        generation,
        id,
      );
    },
    async cancel(session) {
      await store.together(() =>
        store.run("UPDATE uploads SET state = 'cancelled', request = '', file = NULL WHERE id = ?", session.id),
      );
      if (session.file !== undefined) await files.remove(session.file);
    },
    namesFile: (file) => store.get('SELECT 1 FROM uploads WHERE file = ?', file) !== undefined,
    nextExpiryMs() {
      const oldest = store.get<{ at: number | null }>('SELECT min(started_ms) AS at FROM uploads')?.at ?? undefined;
      return oldest === undefined ? undefined : oldest + UPLOAD_SESSION_MS;
    },
    async expire() {
      const untilMs = clock.now() - UPLOAD_SESSION_MS;
      const expired = store.all<{ file: string | null }>('SELECT file FROM uploads WHERE started_ms <= ?', untilMs);
      store.run('DELETE FROM uploads WHERE started_ms <= ?', untilMs);
      for (const { file } of expired) if (file !== null) await files.remove(file);
    },
  };
}

function fromRow(row: Row): UploadSession {
  if (row.state === 'cancelled') return { state: 'cancelled' };
  if (row.state === 'finished') {
    return { state: 'finished', bucket: row.bucket, name: row.name, generation: row.generation ?? 0 };
  }
  return {
    state: 'open',
    id: row.id,
    // Written from this type by these sessions alone.
    request: JSON.parse(row.request) as UploadRequest,
    received: row.received,
    file: row.file ?? undefined,
  };
}
