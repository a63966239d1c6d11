// Owns the record of an export: how far it is, which files there are, and the one use of its link. It names no person.
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { sha256Hex } from '../../platform/digest.ts';
import { parseJsonBytes } from '../../platform/json-bytes.ts';

/** `requested`: being put together. `ready`: can be fetched, once. `fetched`, `expired`: nothing is left but this record. */
export const EXPORT_STATES = ['requested', 'ready', 'fetched', 'expired'] as const;

const timeMs = z.int().min(0);
const count = z.int().min(0);

const exportFile = z.strictObject({
  /** Name in the archive, such as `listening.track_played.csv`. */
  name: z.string(),
  /** What the objects of its parts are named by. */
  stem: z.string(),
  parts: count,
});
const exportRecord = z.strictObject({
  format: z.literal('export/v1'),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{7,63}$/),
  state: z.enum(EXPORT_STATES),
  requestedAtMs: timeMs,
  /** When an execution was started last. */
  startedAtMs: timeMs,
  readyAtMs: timeMs.optional(),
  /** From then on it is gone, fetched or not. */
  expiresAtMs: timeMs,
  /** SHA-256 of the secret in the link; absent once it was used. */
  link: z.string().optional(),
  /** Endpoints that are done, with the rows of the person. */
  endpoints: z.array(z.strictObject({ endpoint: z.string(), rows: count, corrupt: count })),
  files: z.array(exportFile),
});

export type ExportFile = Readonly<z.infer<typeof exportFile>>;
export type ExportRecord = Readonly<Omit<z.infer<typeof exportRecord>, 'endpoints' | 'files'>> & {
  readonly endpoints: readonly { readonly endpoint: string; readonly rows: number; readonly corrupt: number }[];
  readonly files: readonly ExportFile[];
};

/** An export that begins. `secret` is what its link will hold; without one a link is made later. */
export function newExport(id: string, nowMs: number, expiresAtMs: number, secret?: string): ExportRecord {
  return {
    format: 'export/v1',
    id,
    state: 'requested',
    requestedAtMs: nowMs,
    startedAtMs: nowMs,
    expiresAtMs,
    ...(secret === undefined ? {} : { link: linkHash(secret) }),
    endpoints: [],
    files: [],
  };
}

/** What is stored of the secret of a link. */
export function linkHash(secret: string): string {
  return sha256Hex(secret);
}

/** The record without its link: it was used, or its time is over. */
export function withoutLink(record: ExportRecord, state: 'fetched' | 'expired'): ExportRecord {
  const { link: _, ...rest } = record;
  return { ...rest, state };
}

export function encodeExport(record: ExportRecord): string {
  return canonicalJson(record);
}

/** Reads a stored record; undefined when it is damaged. */
export function parseExport(bytes: Buffer): ExportRecord | undefined {
  const result = exportRecord.safeParse(parseJsonBytes(bytes));
  return result.success ? result.data : undefined;
}
