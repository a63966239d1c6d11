/** Preconditions on generation, metageneration and ETag. Source: https://cloud.google.com/storage/docs/request-preconditions */
import type { IncomingHttpHeaders } from 'node:http';
import { integer } from '../parameters.ts';

export interface Preconditions {
  readonly generationMatch: number | undefined;
  readonly generationNotMatch: number | undefined;
  readonly metagenerationMatch: number | undefined;
  readonly metagenerationNotMatch: number | undefined;
  readonly etagMatch?: readonly string[] | undefined;
  readonly etagNotMatch?: readonly string[] | undefined;
}

export interface Versioned {
  readonly generation: number;
  readonly metageneration: number;
}

/** `failed`: a "match" did not hold; `matched`: a "not match" did not. */
export type Verdict = 'holds' | 'failed' | 'matched';

/**
 * The preconditions of a request.
 * @param prefix `if` for those of the object itself, `ifSource` for those of the source of a copy
 * @throws ApiError INVALID_ARGUMENT when one is not a number
 */
export function parsePreconditions(
  query: URLSearchParams,
  prefix: 'if' | 'ifSource',
  headers: IncomingHttpHeaders = {},
): Preconditions {
  return {
    generationMatch: integer(query, `${prefix}GenerationMatch`),
    generationNotMatch: integer(query, `${prefix}GenerationNotMatch`),
    metagenerationMatch: integer(query, `${prefix}MetagenerationMatch`),
    metagenerationNotMatch: integer(query, `${prefix}MetagenerationNotMatch`),
    etagMatch: etags(headers['if-match']),
    etagNotMatch: etags(headers['if-none-match']),
  };
}

/**
 * Whether preconditions hold for what is there. On nothing, generation 0 matches, and no other precondition holds.
 */
export function judge(wanted: Preconditions, found: Versioned | undefined): Verdict {
  if (!matches(wanted, found)) return 'failed';
  return differs(wanted, found) ? 'holds' : 'matched';
}

function matches(wanted: Preconditions, found: Versioned | undefined): boolean {
  const { generationMatch, metagenerationMatch, etagMatch } = wanted;
  if (generationMatch !== undefined && generationMatch !== (found?.generation ?? 0)) return false;
  if (metagenerationMatch !== undefined && metagenerationMatch !== found?.metageneration) return false;
  return etagMatch === undefined || matchesEtag(etagMatch, found);
}

function differs(wanted: Preconditions, found: Versioned | undefined): boolean {
  const { generationNotMatch, metagenerationNotMatch, etagNotMatch } = wanted;
  const asks = generationNotMatch !== undefined || metagenerationNotMatch !== undefined;
  if (asks && found === undefined) return false;
  if (generationNotMatch !== undefined && generationNotMatch === found?.generation) return false;
  if (metagenerationNotMatch !== undefined && metagenerationNotMatch === found?.metageneration) return false;
  return etagNotMatch === undefined || !matchesEtag(etagNotMatch, found);
}

/**
 * An object's ETag, as Google's: base64 of a protobuf message of generation and metageneration. A bucket's has the
 * metageneration only.
 */
export function etagOf(version: { readonly generation?: number; readonly metageneration: number }): string {
  const bytes = version.generation === undefined ? [] : [0x08, ...varint(version.generation), 0x10];
  if (version.generation === undefined) bytes.push(0x08);
  return Buffer.from([...bytes, ...varint(version.metageneration)]).toString('base64');
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

function etags(header: string | undefined): readonly string[] | undefined {
  return header?.split(',').map((etag) => etag.trim().replace(/^"(.*)"$/, '$1'));
}

function matchesEtag(wanted: readonly string[], found: Versioned | undefined): boolean {
  return found !== undefined && (wanted.includes('*') || wanted.includes(etagOf(found)));
}
