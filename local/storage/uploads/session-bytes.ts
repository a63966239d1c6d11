/** The bytes of a resumable upload: what is on record, what a request adds to it, and when all of them are there. */
import { type RunningChecksums, runningChecksums } from '../contents/checksums.ts';
import type { ContentFiles } from '../contents/content-files.ts';
import { createIntake, type Intake, type Received } from '../contents/receiving.ts';
import { invalid } from '../errors.ts';
import { UPLOAD_CHUNK_BYTES } from '../limits.ts';
import type { ContentRange } from './content-range.ts';
import type { OpenUpload, UploadSessions } from './upload-sessions.ts';

/** Long requests put what has come on record this often, so that a crash costs no more. */
const RECORD_EVERY_BYTES = 16 * 1024 * 1024;

/** `more`: so many bytes are on record, and it goes on. */
type Taken =
  | { readonly kind: 'complete'; readonly received: Received }
  | { readonly kind: 'more'; readonly received: number };

export interface SessionBytes {
  /**
   * Adds a request's body to a session's bytes; what is counted as received is on disk.
   * @throws ApiError when the body breaks off or does not fit its range; what was on record stays
   */
  take(upload: OpenUpload, range: ContentRange, body: AsyncIterable<Buffer>): Promise<Taken>;
}

export function createSessionBytes(files: ContentFiles, sessions: UploadSessions): SessionBytes {
  /** Checksums go on with a session while this process lives; otherwise they are taken anew from its file. */
  const running = new Map<string, RunningChecksums>();

  const open = async (upload: OpenUpload): Promise<Intake> => {
    if (upload.file === undefined) return createIntake(files);
    const checksums = running.get(upload.id) ?? (await checksumsOfFile(files, upload.file, upload.received));
    // From here on they are ahead of the record.
    running.delete(upload.id);
    const output = await files.reopen(upload.file, upload.received);
    return createIntake(files, { output, checksums, size: upload.received });
  };

  return {
    async take(upload, range, body) {
      const intake = await open(upload);
      let recorded = upload.file !== undefined;
      const record = async (): Promise<void> => {
        const { file, size } = await intake.persist();
        await sessions.progress(upload.id, { file, received: size });
        recorded = true;
      };
      try {
        if (range.kind === 'bytes') await add(intake, body, upload.received - range.start, record);
        if (isComplete(range, intake.size)) return { kind: 'complete', received: await intake.finish() };
        const added = intake.size - upload.received;
        if (added < UPLOAD_CHUNK_BYTES) throw tooSmall(added);
        await record();
        running.set(upload.id, (await intake.persist()).checksums);
        await intake.close();
        return { kind: 'more', received: intake.size };
      } catch (error) {
        await (recorded ? intake.close() : intake.discard());
        throw error;
      }
    },
  };
}

/** @param resent how many bytes of the body are there already: sent again after a reply was lost */
async function add(
  intake: Intake,
  body: AsyncIterable<Buffer>,
  resent: number,
  record: () => Promise<void>,
): Promise<void> {
  let skip = resent;
  let recordAt = intake.size + RECORD_EVERY_BYTES;
  for await (const chunk of body) {
    if (skip < chunk.length) await intake.add(chunk.subarray(skip));
    skip = Math.max(0, skip - chunk.length);
    if (intake.size < recordAt) continue;
    await record();
    recordAt = intake.size + RECORD_EVERY_BYTES;
  }
}

/** Whether the bytes are all: as many as the sender said, or all that came when it said neither an end nor a size. */
function isComplete(range: ContentRange, size: number): boolean {
  if (range.total !== undefined && size > range.total) {
    throw invalid('The request has more bytes than its Content-Range says.');
  }
  if (range.kind === 'status') return range.total === size;
  return range.total === undefined ? range.end === undefined : size === range.total;
}

async function checksumsOfFile(files: ContentFiles, file: string, size: number): Promise<RunningChecksums> {
  const checksums = runningChecksums();
  if (size === 0) return checksums;
  for await (const chunk of files.read(file, { start: 0, end: size - 1 })) checksums.update(chunk as Buffer);
  return checksums;
}

function tooSmall(bytes: number): Error {
  return invalid(
    `Invalid request.  The number of bytes uploaded is required to be equal or greater than ${UPLOAD_CHUNK_BYTES}, except for the final request (it's recommended to be the exact multiple of ${UPLOAD_CHUNK_BYTES}).  The received request contained ${bytes} bytes, which does not meet this requirement.`,
  );
}
