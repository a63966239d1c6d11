/** The durable messages of one topic: segments, the queue that appends to them, and readers. */
import { ftruncateSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppendQueue } from './append-queue.ts';
import type { MessageBatch } from './batch.ts';
import { LogReader } from './log-reader.ts';
import { RecentBatches, type RecentBudget } from './recent-batches.ts';
import { Segment, segmentStarts } from './segment.ts';
import { syncFolder } from './sync-folder.ts';

/** A segment is finished once it is this large; only whole segments are given back to the disk. */
const SEGMENT_BYTES = 32 * 1024 * 1024;

export class TopicLog {
  readonly #folder: string;
  readonly #segments: Segment[];
  readonly #recent: RecentBatches;
  readonly #queue: AppendQueue;
  readonly #onAppend: () => void;
  #lastPublishTimeMs = 0;
  /** The last segment holds bytes that must not be read: nothing may be written behind them. */
  #damaged = false;

  private constructor(folder: string, segments: Segment[], parts: TopicLogParts) {
    this.#folder = folder;
    this.#segments = segments;
    this.#recent = new RecentBatches(parts.budget);
    this.#onAppend = parts.onAppend;
    this.#queue = new AppendQueue({
      target: () => this.#target(),
      written: (batches, bytes) => this.#written(batches, bytes),
      failed: () => this.#failed(),
    });
  }

  /**
   * Opens the log in a folder, or begins one. Only the last segment is read, so this is quick however much is stored.
   * @throws the system's error when the folder cannot be used
   */
  static open(folder: string, parts: TopicLogParts): TopicLog {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const starts = segmentStarts(readdirSync(folder));
    const segments = starts.map((first, index) => {
      const next = starts[index + 1];
      return next === undefined ? Segment.recover(folder, first) : Segment.openFinished(folder, first, next);
    });
    const log = new TopicLog(folder, segments, parts);
    if (segments.length === 0) {
      log.#begin(0);
      syncFolder(dirname(folder));
    }
    return log;
  }

  /** The oldest sequence number that is still stored. */
  get firstSequence(): number {
    return this.#segments[0]?.firstSequence ?? 0;
  }

  /** One past the newest that is on disk. */
  get endSequence(): number {
    return this.#last.endSequence;
  }

  /**
   * Appends the messages of a body that `readPublishRequest` has checked; resolves once they are on disk.
   * @param nowMs publish time; never goes back within a topic, so that time orders as sequence does
   */
  append(body: Buffer, count: number, nowMs: number): Promise<MessageBatch> {
    this.#lastPublishTimeMs = Math.max(this.#lastPublishTimeMs, nowMs);
    return this.#queue.append(body, count, this.#lastPublishTimeMs);
  }

  reader(): LogReader {
    return new LogReader(this.#recent, (sequence) => this.#load(sequence));
  }

  /** The first sequence number that was published at or after a time, `endSequence` when none was. */
  firstSince(timeMs: number): number {
    // The last segment that begins before the time holds the boundary, or the next one's start is it.
    for (const [index, segment] of this.#segments.entries()) {
      const next = this.#segments[index + 1]?.firstPublishTimeMs;
      if (next === undefined || next >= timeMs) return segment.firstSince(timeMs);
    }
    return this.endSequence;
  }

  /** The first sequence number of the oldest segment that may hold messages published at or after a time. */
  segmentSince(timeMs: number): number {
    for (const [index, segment] of this.#segments.entries()) {
      // Time does not go back: what comes before a message that is too old is too old.
      const next = this.#segments[index + 1]?.firstPublishTimeMs;
      if (next === undefined || next >= timeMs) return segment.firstSequence;
    }
    return this.endSequence;
  }

  /**
   * Deletes whole segments before a sequence number: the oldest that anybody still needs.
   * @param finishFromBytes the last segment is finished early, to be deleted too, when it is not needed and this large
   */
  releaseBefore(sequence: number, finishFromBytes: number): void {
    if (sequence >= this.endSequence && this.#last.size >= finishFromBytes && !this.#queue.busy) this.#roll();
    for (;;) {
      const oldest = this.#segments[0];
      if (oldest === undefined || this.#segments.length === 1 || oldest.endSequence > sequence) return;
      oldest.remove();
      this.#segments.shift();
    }
  }

  /** Waits for what is being written and closes the files. */
  async close(): Promise<void> {
    await this.#queue.drain();
    for (const segment of this.#segments) segment.close();
  }

  /** Closes the log and deletes all of it. */
  async destroy(): Promise<void> {
    await this.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #last(): Segment {
    const last = this.#segments.at(-1);
    if (last === undefined) throw new Error('a log has at least one segment');
    return last;
  }

  #target(): { descriptor: number; position: number; nextSequence: number } {
    if (this.#damaged || this.#last.size >= SEGMENT_BYTES) this.#roll();
    return { descriptor: this.#last.descriptor, position: this.#last.size, nextSequence: this.#last.endSequence };
  }

  #written(batches: readonly MessageBatch[], bytes: number): void {
    for (const batch of batches) this.#recent.add(batch);
    this.#last.grow(bytes, batches.at(-1)?.endSequence ?? this.#last.endSequence);
    this.#onAppend();
  }

  #failed(): void {
    try {
      ftruncateSync(this.#last.descriptor, this.#last.size);
    } catch {
      // A new file is the other way of never writing behind a record that was not acknowledged.
      this.#damaged = true;
    }
  }

  #roll(): void {
    // Begins with the same number: whatever lies behind `size` in the old file is not part of the log.
    this.#begin(this.#last.endSequence);
    this.#damaged = false;
  }

  #begin(firstSequence: number): void {
    const last = this.#segments.at(-1);
    // An empty segment of the same name is simply used on.
    if (last?.firstSequence === firstSequence) return;
    this.#segments.push(Segment.create(this.#folder, firstSequence));
    syncFolder(this.#folder);
  }

  #load(sequence: number): MessageBatch[] {
    const segment = this.#segments.findLast((candidate) => candidate.firstSequence <= sequence);
    return segment === undefined || sequence >= segment.endSequence ? [] : segment.read(sequence);
  }
}

export interface TopicLogParts {
  readonly budget: RecentBudget;
  /** Called when messages have become readable. */
  readonly onAppend: () => void;
}
