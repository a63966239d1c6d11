// Owns reading a request's body within bounds: bytes on the wire, bytes once inflated, their ratio, and time.
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type ErrorCode, errorEntry } from '../platform/error-codes.ts';
import { PlatformError } from '../platform/platform-error.ts';

export interface BodyLimits {
  /** Bytes on the wire. */
  readonly maxBytes: number;
  /** Bytes once inflated; default `maxBytes`. */
  readonly maxInflatedBytes?: number;
  /** Inflated bytes per byte on the wire, beyond the first 64 KiB; a bomb is cut off here long before the cap. */
  readonly maxRatio?: number;
  /** The whole body must be there within this. */
  readonly timeoutMs: number;
  /** Asked before each chunk of that many bytes is kept, inflated or not; `false` refuses the body as `overloaded`. */
  readonly mayHold?: (bytes: number) => boolean;
}

export type BodyResult =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly code: BodyRefusal; readonly limit?: number };

export type BodyRefusal = Extract<
  ErrorCode,
  | 'body_too_large'
  | 'inflated_too_large'
  | 'suspicious_ratio'
  | 'unsupported_encoding'
  | 'slow_body'
  | 'truncated_body'
  | 'overloaded'
>;

/** What the limits are counted in, for those that have one. */
const LIMIT_UNITS: { readonly [C in BodyRefusal]?: string } = {
  body_too_large: 'bytes',
  inflated_too_large: 'bytes',
  suspicious_ratio: 'bytes for each byte sent',
  slow_body: 'milliseconds',
};

/** A refused body as an error, which names the limit that was passed. */
export function bodyError({ code, limit }: Extract<BodyResult, { kind: 'refused' }>): PlatformError {
  if (limit === undefined) return new PlatformError(code);
  const message = `${errorEntry(code).sentence} The limit is ${limit} ${LIMIT_UNITS[code] ?? ''}`.trimEnd();
  return new PlatformError(code, { message: `${message}.`, details: { limit } });
}

/** Encodings a body may have. */
const INFLATERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

/** Small bodies may compress extremely well without being an attack. */
const RATIO_FREE_BYTES = 64 * 1024;

/** Reads the whole body, or says why not; never holds more than the limits plus one chunk. */
export function readBody(stream: Readable, headers: IncomingHttpHeaders, limits: BodyLimits): Promise<BodyResult> {
  const declared = Number(headers['content-length'] ?? 0);
  if (declared > limits.maxBytes) return refuse(stream, 'body_too_large', limits.maxBytes);
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return readPlain(stream, limits);
  return isKnown(encoding) ? readInflated(stream, encoding, limits) : refuse(stream, 'unsupported_encoding');
}

function isKnown(encoding: string): encoding is keyof typeof INFLATERS {
  return Object.hasOwn(INFLATERS, encoding);
}

function refuse(stream: Readable, code: BodyRefusal, limit?: number): Promise<BodyResult> {
  stream.resume();
  return Promise.resolve({ kind: 'refused', code, ...(limit === undefined ? {} : { limit }) });
}

function readPlain(stream: Readable, limits: BodyLimits): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = once(stream, limits.timeoutMs, resolve);
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.maxBytes) settle({ kind: 'refused', code: 'body_too_large', limit: limits.maxBytes });
      else if (limits.mayHold?.(chunk.length) === false) settle({ kind: 'refused', code: 'overloaded' });
      else chunks.push(chunk);
    });
    stream.on('end', () =>
      settle({ kind: 'read', bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) }),
    );
  });
}

function readInflated(stream: Readable, encoding: keyof typeof INFLATERS, limits: BodyLimits): Promise<BodyResult> {
  const maxInflated = limits.maxInflatedBytes ?? limits.maxBytes;
  const maxRatio = limits.maxRatio ?? Infinity;
  return new Promise((resolve) => {
    const inflater = INFLATERS[encoding]();
    const chunks: Buffer[] = [];
    let wire = 0;
    let size = 0;
    const settle = once(stream, limits.timeoutMs, (result) => {
      inflater.destroy();
      resolve(result);
    });
    stream.on('data', (chunk: Buffer) => {
      wire += chunk.length;
      if (wire > limits.maxBytes) settle({ kind: 'refused', code: 'body_too_large', limit: limits.maxBytes });
    });
    inflater.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxInflated) settle({ kind: 'refused', code: 'inflated_too_large', limit: maxInflated });
      else if (size > RATIO_FREE_BYTES && size > wire * maxRatio) {
        settle({ kind: 'refused', code: 'suspicious_ratio', limit: maxRatio });
      } else if (limits.mayHold?.(chunk.length) === false) settle({ kind: 'refused', code: 'overloaded' });
      else chunks.push(chunk);
    });
    inflater.on('error', () => settle({ kind: 'refused', code: 'unsupported_encoding' }));
    inflater.on('end', () => settle({ kind: 'read', bytes: Buffer.concat(chunks) }));
    stream.pipe(inflater);
  });
}

/** One answer per body: the first outcome counts, what still arrives is thrown away. */
function once(
  stream: Readable,
  timeoutMs: number,
  resolve: (result: BodyResult) => void,
): (result: BodyResult) => void {
  let settled = false;
  const settle = (result: BodyResult): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    if (result.kind === 'refused') {
      stream.unpipe();
      stream.removeAllListeners('data');
      stream.resume();
    }
    resolve(result);
  };
  const timer = setTimeout(() => settle({ kind: 'refused', code: 'slow_body', limit: timeoutMs }), timeoutMs);
  stream.on('error', () => settle({ kind: 'refused', code: 'truncated_body' }));
  // A stream that has ended closes too, maybe before everything is inflated.
  stream.on('close', () => {
    if (!stream.readableEnded) settle({ kind: 'refused', code: 'truncated_body' });
  });
  return settle;
}
