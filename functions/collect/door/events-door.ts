// Owns POST /v1/events: the credential, the body within bounds, the batch, and the answer; ahead of any routing.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { countValues, readBatch } from '#shared/events/batch.ts';
import {
  BODY_TIMEOUT_MS,
  MAX_BODY_BYTES,
  MAX_BODY_VALUES,
  MAX_INFLATE_RATIO,
  MAX_INFLATED_BYTES,
  PARSED_VALUE_BYTES,
} from '#shared/events/limits.ts';
import type { WireVerdict } from '#shared/events/verdict.ts';
import type { WriteKey } from '#shared/events/write-key.ts';
import { type BodyLimits, readBody } from '#shared/http/body.ts';
import type { RequestHandler } from '#shared/http/function-host.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { type BatchParts, collectBatch, type Standing } from '../batch/collect-batch.ts';
import { validateBatch } from '../batch/validate.ts';
import type { KeysAtWork } from '../state/keys-at-work.ts';
import type { Rates } from '../state/rates.ts';
import type { WriteKeys } from '../state/write-keys.ts';
import { credentialOf } from './credential.ts';
import type { HeldBytes, Hold } from './held-bytes.ts';
import { type Random, sendRefusal, sendVerdicts } from './replies.ts';
import type { UnderWay } from './under-way.ts';

export interface DoorParts extends BatchParts {
  readonly keys: KeysAtWork;
  readonly writeKeys: WriteKeys;
  readonly rates: Rates;
  readonly held: HeldBytes;
  readonly underWay: UnderWay;
  readonly random: Random;
  readonly clock: Clock;
  /** Resolves once everything was tried that is needed to serve: the first request of a cold start waits for it. */
  readonly opened: Promise<void>;
}

const BODY_LIMITS: BodyLimits = {
  maxBytes: MAX_BODY_BYTES,
  maxInflatedBytes: MAX_INFLATED_BYTES,
  maxRatio: MAX_INFLATE_RATIO,
  timeoutMs: BODY_TIMEOUT_MS,
};

/** Takes batches of events. */
export function createEventsDoor(parts: DoorParts): RequestHandler {
  return (request, response) => void take(request, response, parts);
}

async function take(request: IncomingMessage, response: ServerResponse, parts: DoorParts): Promise<void> {
  const leave = parts.underWay.enter();
  const hold = parts.held.open();
  try {
    const answer = await answerOf(request, hold, parts);
    if (answer instanceof PlatformError) refuse(response, answer, parts);
    else sendVerdicts(response, answer, parts.random);
  } catch (thrown) {
    const refusal = thrown instanceof PlatformError ? thrown : new PlatformError('internal');
    parts.log.write('ERROR', 'a batch failed', { code: refusal.code });
    refuse(response, refusal, parts);
  } finally {
    hold.release();
    leave();
    // What was not read is thrown away, so that the connection can serve on.
    request.resume();
  }
}

async function answerOf(
  request: IncomingMessage,
  hold: Hold,
  parts: DoorParts,
): Promise<PlatformError | readonly WireVerdict[]> {
  const found = credentialOf(request.headers, parts.writeKeys);
  const writeKey = found instanceof Promise ? await found : found;
  if (writeKey instanceof PlatformError) return writeKey;
  const standing = standingOf(parts) ?? (await standingAfterOpening(parts));
  if (standing instanceof PlatformError) return standing;
  const body = await readBody(request, request.headers, { ...BODY_LIMITS, mayHold: (bytes) => hold.take(bytes) });
  if (body.kind === 'refused') {
    return new PlatformError(body.code, body.limit === undefined ? {} : { details: { limit: body.limit } });
  }
  const tooMuch = parseRefusal(body.bytes, hold);
  if (tooMuch !== undefined) return tooMuch;
  const read = readBatch(body.bytes);
  if (read.kind === 'refused') return new PlatformError(read.code, { message: read.message });
  const { batch } = read;
  const refusal =
    rateRefusal(writeKey, batch.events.length, parts.rates) ??
    (batch.importId === undefined ? undefined : await importRefusal(writeKey, batch.importId, parts));
  if (refusal !== undefined) return refusal;
  if (parts.underWay.stopping) return new PlatformError('overloaded', { message: 'This instance is ending.' });
  const arrived = { batch, writeKey, bodyBytes: body.bytes.length };
  if (!triesOut(request.url)) return collectBatch(arrived, standing, parts);
  return validateBatch(arrived, standing.catalog, { ...parts, nowMs: parts.clock.now() });
}

/** Whether the request asks what would become of its events, and nothing more: `?validate`. */
function triesOut(url = ''): boolean {
  const query = url.indexOf('?');
  if (query < 0) return false;
  const asked = new URLSearchParams(url.slice(query)).get('validate');
  return asked !== null && asked !== 'false';
}

/** What to collect by, for who is not in a hurry. @throws PlatformError why nothing can be collected now */
export async function standingOrThrow(parts: DoorParts): Promise<Standing> {
  const standing = standingOf(parts) ?? (await standingAfterOpening(parts));
  if (standing instanceof PlatformError) throw standing;
  return standing;
}

/** What to collect by; undefined while no catalog was adopted, the keys are not open, or nothing may be sealed. */
function standingOf({ keys, catalogs }: DoorParts): Standing | undefined {
  const { closed, keyrings } = keys;
  const { current: catalog } = catalogs;
  if (closed !== undefined || catalog === undefined || keyrings === undefined) return undefined;
  return { catalog, keyrings };
}

async function standingAfterOpening(parts: DoorParts): Promise<Standing | PlatformError> {
  await parts.opened;
  if (parts.catalogs.current === undefined) await parts.catalogs.refreshOnDemand();
  return standingOf(parts) ?? parts.keys.closed ?? new PlatformError('catalog_loading');
}

/** Why a body may not be parsed, if so: parsed, it would take more memory than one request, or all together, may. */
function parseRefusal(body: Buffer, hold: Hold): PlatformError | undefined {
  const values = countValues(body);
  if (values > MAX_BODY_VALUES) return new PlatformError('too_many_values', { details: { limit: MAX_BODY_VALUES } });
  return hold.take(values * PARSED_VALUE_BYTES) ? undefined : new PlatformError('overloaded');
}

function rateRefusal(writeKey: WriteKey, events: number, rates: Rates): PlatformError | undefined {
  const waitSeconds = rates.take(writeKey, events);
  return waitSeconds === undefined ? undefined : new PlatformError('rate_limited', { details: { waitSeconds } });
}

async function importRefusal(
  writeKey: WriteKey,
  id: Parameters<DoorParts['imports']['refusal']>[0],
  { imports }: DoorParts,
): Promise<PlatformError | undefined> {
  if (!writeKey.historical) return new PlatformError('historical_not_allowed');
  return imports.refusal(id, writeKey.name);
}

function refuse(response: ServerResponse, refusal: PlatformError, { tally, random }: DoorParts): void {
  tally.countRefused(refusal.code);
  sendRefusal(response, refusal, random);
}
