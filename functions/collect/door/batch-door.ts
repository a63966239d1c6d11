// Owns taking batches, in whatever protocol: the credential, the body within bounds, the batch, and the answer; ahead of any routing.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { countValues } from '#shared/events/batch.ts';
import {
  BODY_TIMEOUT_MS,
  MAX_BODY_BYTES,
  MAX_BODY_VALUES,
  MAX_INFLATE_RATIO,
  MAX_INFLATED_BYTES,
  MAX_UNKEYED_BODY_BYTES,
  PARSED_VALUE_BYTES,
} from '#shared/events/limits.ts';
import type { Reply } from '#shared/events/reply.ts';
import type { WriteKey } from '#shared/events/write-key.ts';
import { bodyError, type BodyLimits, readBody } from '#shared/http/body.ts';
import type { RequestHandler } from '#shared/http/function-host.ts';
import type { Random } from '#shared/http/retry-after.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { ErrorCode } from '#shared/platform/error-codes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { KeysAtWork } from '#shared/privacy/keys/keys-at-work.ts';
import { type BatchParts, collectBatch, type Standing } from '../batch/collect-batch.ts';
import type { ArrivedBatch } from '../batch/prepare.ts';
import { validateBatch } from '../batch/validate.ts';
import type { Rates } from '../state/rates.ts';
import type { WriteKeys } from '../state/write-keys.ts';
import type { Arrivals } from './arrivals.ts';
import { sharingHeaders } from './cors.ts';
import { credentialOf, headOf, type RequestHead, secretShown, showsSecret } from './credential.ts';
import type { HeldBytes, Hold } from './held-bytes.ts';
import type { Protocol, Taken } from './protocol.ts';
import { refusalReply, sendReply, verdictsReply } from './replies.ts';
import type { UnderWay } from './under-way.ts';

export interface DoorParts extends BatchParts {
  readonly keys: KeysAtWork;
  readonly writeKeys: WriteKeys;
  readonly rates: Rates;
  readonly held: HeldBytes;
  /** Of requests that show no key ahead of their body: they must not take the room of those that do. */
  readonly heldUnkeyed: HeldBytes;
  readonly arrivals: Arrivals;
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

const UNKEYED_LIMITS: BodyLimits = {
  ...BODY_LIMITS,
  maxBytes: MAX_UNKEYED_BODY_BYTES,
  maxInflatedBytes: MAX_UNKEYED_BODY_BYTES,
};

/** A request on its way through the door. */
interface Entering {
  readonly request: IncomingMessage;
  readonly head: RequestHead;
  /** Whether the head alone says which key it is; without that, the body may. */
  readonly keyed: boolean;
  readonly hold: Hold;
  readonly protocol: Protocol;
}

/** Takes batches that come in a protocol. Its answers are shared with the origin that asks: it needs no CORS in front. */
export function createBatchDoor(protocol: Protocol, parts: DoorParts): RequestHandler {
  return (request, response) => void take(request, response, protocol, parts);
}

async function take(
  request: IncomingMessage,
  response: ServerResponse,
  protocol: Protocol,
  parts: DoorParts,
): Promise<void> {
  const leave = parts.underWay.enter();
  const head = headOf(request);
  const keyed = showsSecret(head);
  const sharing = sharingHeaders(request.headers.origin);
  const hold = (keyed ? parts.held : parts.heldUnkeyed).open();
  try {
    const answer = await answerOf({ request, head, keyed, hold, protocol }, parts);
    sendReply(response, answer instanceof PlatformError ? refuse(answer, protocol, parts) : answer, sharing);
  } catch (thrown) {
    const refusal = thrown instanceof PlatformError ? thrown : new PlatformError('internal');
    parts.log.write('ERROR', 'a batch failed', { code: refusal.code });
    sendReply(response, refuse(refusal, protocol, parts), sharing);
  } finally {
    hold.release();
    leave();
    // What was not read is thrown away, so that the connection can serve on.
    if (!request.readableEnded) request.resume();
  }
}

async function answerOf(entering: Entering, parts: DoorParts): Promise<PlatformError | Reply> {
  const { head, keyed } = entering;
  const ahead = keyed ? await credentialOf(head, parts.writeKeys) : undefined;
  if (ahead instanceof PlatformError) return ahead;
  const standing = standingOf(parts) ?? (await standingAfterOpening(parts));
  if (standing instanceof PlatformError) return standing;
  const read = await readTaken(entering, standing, parts);
  if (read instanceof PlatformError) return keyed ? read : withoutKey(head, read);
  const { taken, bodyBytes } = read;
  const writeKey = ahead ?? (await credentialOf(head, parts.writeKeys, taken.writeKey));
  if (writeKey instanceof PlatformError) return writeKey;
  const refusal = await refusalOf(writeKey, taken, parts);
  if (refusal !== undefined) return refusal;
  // Handed on rather than awaited here, so that nothing holds the events as sent while their messages are on their way.
  const { 'user-agent': userAgent } = head.headers;
  return verdictsOf({ batch: taken.batch, writeKey, bodyBytes, userAgent }, taken, standing, parts);
}

/** Reads the body and what it carries; what it takes is held until the request is answered. */
async function readTaken(
  { request, head, keyed, hold, protocol }: Entering,
  { catalog }: Standing,
  { arrivals, clock }: DoorParts,
): Promise<PlatformError | { readonly taken: Taken; readonly bodyBytes: number }> {
  const limits = keyed ? BODY_LIMITS : UNKEYED_LIMITS;
  const body = await readBody(request, request.headers, { ...limits, mayHold: (bytes) => hold.take(bytes) });
  if (body.kind === 'refused') return bodyError(body);
  await arrivals.together(body.bytes.length);
  const tooMuch = parseRefusal(body.bytes, hold);
  if (tooMuch !== undefined) return tooMuch;
  const taken = protocol.read(body.bytes, { ...head, request, catalog, nowMs: clock.now() });
  return taken instanceof PlatformError ? taken : { taken, bodyBytes: body.bytes.length };
}

function verdictsOf(
  arrived: ArrivedBatch,
  { mode, answer }: Taken,
  standing: Standing,
  parts: DoorParts,
): Promise<Reply> {
  const verdicts =
    mode === 'collect'
      ? collectBatch(arrived, standing, parts)
      : validateBatch(arrived, standing.catalog, { ...parts, nowMs: parts.clock.now() });
  return verdicts.then((results) => verdictsReply(answer, results, parts.random));
}

/** What to collect by, for who is not in a hurry. @throws PlatformError why nothing can be collected now */
export async function standingOrThrow(parts: DoorParts): Promise<Standing> {
  const standing = standingOf(parts) ?? (await standingAfterOpening(parts));
  if (standing instanceof PlatformError) throw standing;
  return standing;
}

/** What to collect by; undefined while no catalog was adopted, the keys are not open, or nothing may be sealed. */
function standingOf({ keys, catalogs }: DoorParts): Standing | undefined {
  const { closed, opened } = keys;
  const { current: catalog } = catalogs;
  if (closed !== undefined || catalog === undefined || opened === undefined) return undefined;
  return { catalog, keyrings: opened.keyrings };
}

async function standingAfterOpening(parts: DoorParts): Promise<Standing | PlatformError> {
  await parts.opened;
  if (parts.catalogs.current === undefined) await parts.catalogs.refreshOnDemand();
  return standingOf(parts) ?? parts.keys.closed ?? new PlatformError('catalog_loading');
}

/** Why a body may not be parsed, if so: parsed, it would take more memory than one request, or all together, may. */
function parseRefusal(body: Buffer, hold: Hold): PlatformError | undefined {
  const values = countValues(body);
  if (values > MAX_BODY_VALUES) {
    const message = `The body holds more than ${MAX_BODY_VALUES} values.`;
    return new PlatformError('too_many_values', { message, details: { limit: MAX_BODY_VALUES } });
  }
  return hold.take(values * PARSED_VALUE_BYTES) ? undefined : new PlatformError('overloaded');
}

/** Why a batch may not be taken now, or not with this key. */
async function refusalOf(writeKey: WriteKey, { batch }: Taken, parts: DoorParts): Promise<PlatformError | undefined> {
  const waitSeconds = parts.rates.take(writeKey, batch.events.length);
  if (waitSeconds !== undefined) return new PlatformError('rate_limited', { details: { waitSeconds } });
  if (batch.importId !== undefined) {
    if (!writeKey.historical) return new PlatformError('historical_not_allowed');
    const refusal = await parts.imports.refusal(batch.importId, writeKey.name);
    if (refusal !== undefined) return refusal;
  }
  return parts.underWay.stopping ? new PlatformError('overloaded', { message: 'This instance is ending.' }) : undefined;
}

/** What a body that was to show the key may be refused for by itself: it never came, or not now. */
const BEFORE_KEY: ReadonlySet<ErrorCode> = new Set(['slow_body', 'truncated_body', 'overloaded']);

/** The refusal of a request without a key in its head, whose body could not be read: nobody known, whatever was sent. */
function withoutKey(head: RequestHead, refusal: PlatformError): PlatformError {
  if (BEFORE_KEY.has(refusal.code)) return refusal;
  return new PlatformError(secretShown(head) === undefined ? 'missing_write_key' : 'unknown_write_key', {
    message: `No write key is in the headers or the query, nor in a body of at most ${MAX_UNKEYED_BODY_BYTES} bytes that can be read.`,
  });
}

function refuse(refusal: PlatformError, protocol: Protocol, { tally, random }: DoorParts): Reply {
  tally.countRefused(refusal.code);
  return refusalReply(protocol, refusal, random);
}
