/** One file of a topic's log: records in order of sequence, found again through a sparse index. */
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { MessageBatch } from './batch.ts';
import { HEADER_BYTES, isIntact, readHead, type ReadHead } from './record.ts';

/** How much is read from the file at once. */
const CHUNK_BYTES = 256 * 1024;
/** Distance of index entries. */
const INDEX_STEP_BYTES = 64 * 1024;
const NAME_DIGITS = 16;
const NAME = /^\d{16}\.log$/;

/** Where a record starts. */
interface Place {
  readonly sequence: number;
  readonly position: number;
}

export class Segment {
  readonly file: string;
  readonly firstSequence: number;
  /** One past the last sequence number. */
  endSequence: number;
  /** Bytes that hold records; the file may be longer after a failed write. */
  size: number;
  #descriptor: number | undefined;
  /** Places of some records, in order; the last one is how far the file was looked through. */
  readonly #index: Place[];
  #indexedTo: Place;
  #firstPublishTimeMs: number | undefined;

  private constructor(folder: string, firstSequence: number) {
    this.file = join(folder, segmentName(firstSequence));
    this.firstSequence = firstSequence;
    this.endSequence = firstSequence;
    this.size = 0;
    this.#index = [{ sequence: firstSequence, position: 0 }];
    this.#indexedTo = { sequence: firstSequence, position: 0 };
  }

  /** Makes an empty segment; the folder's entry is not yet synced. */
  static create(folder: string, firstSequence: number): Segment {
    const segment = new Segment(folder, firstSequence);
    segment.#descriptor = openSync(segment.file, 'w+', 0o600);
    return segment;
  }

  /** A segment that was finished: everything in it up to `endSequence` was synced before the next one was begun. */
  static openFinished(folder: string, firstSequence: number, endSequence: number): Segment {
    const segment = new Segment(folder, firstSequence);
    segment.endSequence = endSequence;
    segment.size = statSync(segment.file).size;
    return segment;
  }

  /** The segment that was written to last: reads all of it and cuts off what a crash left unfinished. */
  static recover(folder: string, firstSequence: number): Segment {
    const segment = new Segment(folder, firstSequence);
    const fileBytes = fstatSync(segment.descriptor).size;
    segment.size = fileBytes;
    const end = segment.#scanIntact();
    segment.size = end.position;
    segment.endSequence = end.sequence;
    if (end.position < fileBytes) {
      ftruncateSync(segment.descriptor, end.position);
      fdatasyncSync(segment.descriptor);
    }
    return segment;
  }

  get descriptor(): number {
    this.#descriptor ??= openSync(this.file, 'r+');
    return this.#descriptor;
  }

  /** Takes note of records that were appended and synced. */
  grow(bytes: number, endSequence: number): void {
    const entry = { sequence: this.endSequence, position: this.size };
    if (this.#indexedTo.position === this.size)
      this.#note(entry, { sequence: endSequence, position: this.size + bytes });
    this.size += bytes;
    this.endSequence = endSequence;
  }

  /** Batches from the one that holds `sequence` on, as many as one read brings, at least that one. */
  read(sequence: number): MessageBatch[] {
    const batches: MessageBatch[] = [];
    let position = this.#placeBefore(sequence).position;
    for (;;) {
      const chunk = this.#chunk(position);
      let offset = 0;
      for (let head = readHead(chunk, 0); head !== undefined; head = readHead(chunk, offset)) {
        const end = offset + HEADER_BYTES + head.bodyBytes;
        if (end > chunk.length || head.firstSequence >= this.endSequence) break;
        if (head.firstSequence + head.count > sequence) {
          batches.push(new MessageBatch(head, chunk.subarray(offset + HEADER_BYTES, end)));
        }
        offset = end;
      }
      if (batches.length > 0 || offset === 0) return batches;
      position += offset;
    }
  }

  /** The first sequence number that was published at or after a time, or `endSequence`. */
  firstSince(timeMs: number): number {
    if ((this.firstPublishTimeMs ?? Infinity) >= timeMs) return this.firstSequence;
    for (const { head } of this.#heads(0)) {
      if (head.publishTimeMs >= timeMs) return head.firstSequence;
    }
    return this.endSequence;
  }

  /** Publish time of its first message; undefined while empty. */
  get firstPublishTimeMs(): number | undefined {
    this.#firstPublishTimeMs ??= readHead(this.#bytes(0, Math.min(HEADER_BYTES, this.size)), 0)?.publishTimeMs;
    return this.#firstPublishTimeMs;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  remove(): void {
    this.close();
    unlinkSync(this.file);
  }

  #note(entry: Place, indexedTo: Place): void {
    const last = this.#index.at(-1);
    if (last === undefined || entry.position - last.position >= INDEX_STEP_BYTES) this.#index.push(entry);
    this.#indexedTo = indexedTo;
  }

  /** The nearest known place at or before the record that holds `sequence`; looks through the file as far as needed. */
  #placeBefore(sequence: number): Place {
    if (sequence >= this.#indexedTo.sequence) {
      for (const { head, position, end } of this.#heads(this.#indexedTo.position)) {
        this.#note(
          { sequence: head.firstSequence, position },
          { sequence: head.firstSequence + head.count, position: end },
        );
        if (sequence < this.#indexedTo.sequence) break;
      }
    }
    let low = 0;
    let high = this.#index.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#index[middle]?.sequence ?? 0) <= sequence) low = middle;
      else high = middle - 1;
    }
    return this.#index[low] ?? { sequence: this.firstSequence, position: 0 };
  }

  /** Heads of the records from a position on, in order. */
  *#heads(from: number): Generator<{ head: ReadHead; position: number; end: number }> {
    let position = from;
    while (position < this.size) {
      const chunk = this.#chunk(position);
      let offset = 0;
      for (let head = readHead(chunk, 0); head !== undefined; head = readHead(chunk, offset)) {
        if (head.firstSequence >= this.endSequence) return;
        const end = offset + HEADER_BYTES + head.bodyBytes;
        yield { head, position: position + offset, end: position + end };
        offset = end;
        if (offset >= chunk.length) break;
      }
      if (offset === 0) return;
      position += offset;
    }
  }

  #scanIntact(): Place {
    let position = 0;
    let sequence = this.firstSequence;
    for (;;) {
      const chunk = this.#chunk(position);
      let offset = 0;
      for (let head = readHead(chunk, 0); head !== undefined; head = readHead(chunk, offset)) {
        const end = offset + HEADER_BYTES + head.bodyBytes;
        if (end > chunk.length) break;
        if (head.firstSequence !== sequence || !isIntact(head, chunk, offset))
          return { position: position + offset, sequence };
        sequence += head.count;
        const place = { sequence: head.firstSequence, position: position + offset };
        this.#note(place, { sequence, position: position + end });
        offset = end;
      }
      if (offset === 0) return { position, sequence };
      position += offset;
    }
  }

  /** Bytes from a position on: a chunk, or more where the first record alone is larger. */
  #chunk(position: number): Buffer {
    const chunk = this.#bytes(position, Math.min(CHUNK_BYTES, this.size - position));
    const head = readHead(chunk, 0);
    if (head === undefined || HEADER_BYTES + head.bodyBytes <= chunk.length) return chunk;
    return this.#bytes(position, Math.min(HEADER_BYTES + head.bodyBytes, this.size - position));
  }

  #bytes(position: number, length: number): Buffer {
    if (length <= 0) return Buffer.alloc(0);
    const bytes = Buffer.allocUnsafeSlow(length);
    let read = 0;
    while (read < length) {
      const got = readSync(this.descriptor, bytes, read, length - read, position + read);
      if (got === 0) break;
      read += got;
    }
    return bytes.subarray(0, read);
  }
}

function segmentName(firstSequence: number): string {
  return `${String(firstSequence).padStart(NAME_DIGITS, '0')}.log`;
}

/** The first sequence numbers of a folder's segments, in order. */
export function segmentStarts(names: readonly string[]): number[] {
  return names
    .filter((name) => NAME.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}
