// Owns the handshake of web hooks, by which senders of CloudEvents ask whether they may send here, and how much:
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from '#shared/events/reply.ts';
import type { RequestHandler } from '#shared/http/function-host.ts';
import type { Random } from '#shared/http/retry-after.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { credentialOf, headOf, secretShown } from '../door/credential.ts';
import { NATIVE_PROTOCOL } from '../door/native-protocol.ts';
import { refusalReply, sendReply } from '../door/replies.ts';
import type { WriteKeys } from '../state/write-keys.ts';

const ASKING = 'webhook-request-origin';

/** A name of the domain name system, perhaps with a wildcard. */
const ORIGIN = /^[A-Za-z0-9*_.-]{1,253}$/;
const RATE = /^[1-9]\d{0,8}$/;

export interface HandshakeParts {
  readonly writeKeys: WriteKeys;
  readonly random: Random;
}

/** Whether a request asks for permission to send. */
export function isHandshake({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'OPTIONS' && headers[ASKING] !== undefined;
}

/**
 * Answers who asks. It gives no right to anything: deliveries show a write key, and without one they are refused. So who shows none
 * here is allowed, and who shows one that is not valid learns it now. The callback that may be named is never called.
 */
export function createHandshake({ writeKeys, random }: HandshakeParts): RequestHandler {
  return (request, response) => void answerTo(request, response, writeKeys, random);
}

async function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  writeKeys: WriteKeys,
  random: Random,
): Promise<void> {
  const granted = await permissionFor(request, writeKeys).catch(() => new PlatformError('internal'));
  sendReply(response, granted instanceof PlatformError ? refusalReply(NATIVE_PROTOCOL, granted, random) : granted);
  request.resume();
}

async function permissionFor(request: IncomingMessage, writeKeys: WriteKeys): Promise<Reply | PlatformError> {
  const head = headOf(request);
  const origin = String(request.headers[ASKING]);
  const asked = String(request.headers['webhook-request-rate'] ?? '*');
  if (!ORIGIN.test(origin) || (asked !== '*' && !RATE.test(asked))) {
    return new PlatformError('invalid_argument', {
      message: 'WebHook-Request-Origin is no domain name, or WebHook-Request-Rate no number of requests a minute.',
    });
  }
  const writeKey = secretShown(head) === undefined ? undefined : await credentialOf(head, writeKeys);
  if (writeKey instanceof PlatformError) return writeKey;
  const most = Math.floor((writeKey?.eventsPerSecond ?? Infinity) * 60);
  return {
    status: 200,
    headers: {
      allow: 'POST, OPTIONS',
      'webhook-allowed-origin': origin,
      'webhook-allowed-rate': rateOf(asked === '*' ? Infinity : Number(asked), Math.max(1, most)),
    },
  };
}

/** The smaller of what is asked for and what the key may, in requests a minute of one event each. */
function rateOf(asked: number, most: number): string {
  const rate = Math.min(asked, most);
  return Number.isFinite(rate) ? String(rate) : '*';
}
