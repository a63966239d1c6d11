// Owns who is asking (Google-signed identity tokens and Identity-Aware Proxy) and how the platform's functions call each other.
import { GoogleAuth, type IdTokenClient, OAuth2Client } from 'google-auth-library';
import type { IncomingHttpHeaders } from 'node:http';

export interface IdentitySettings {
  /** `aud` that callers of the platform's functions put into their tokens. */
  readonly audience: string;
  /** `aud` of Identity-Aware Proxy's assertions; without it such assertions are not accepted. */
  readonly iapAudience?: string | undefined;
}

const IAP_ISSUERS = ['https://cloud.google.com/iap'];
const GOOGLE_ISSUERS = new Set(['https://accounts.google.com', 'accounts.google.com']);
const IAP_HEADER = 'x-goog-iap-jwt-assertion';
/** Verified tokens are remembered: a console polls with the same one, and RSA is not free. */
const REMEMBERED_TOKENS = 1000;

/**
 * The verified e-mail address behind a request's headers, or undefined.
 * Sources: https://cloud.google.com/docs/authentication/get-id-token, https://cloud.google.com/iap/docs/signed-headers-howto
 */
export function createIdentifier(
  settings: IdentitySettings,
): (headers: IncomingHttpHeaders) => Promise<string | undefined> {
  const client = new OAuth2Client();
  const remembered = new Map<string, { readonly email: string; readonly untilMs: number }>();

  const verified = async (token: string, verify: () => Promise<Verified | undefined>): Promise<string | undefined> => {
    const known = remembered.get(token);
    if (known !== undefined && known.untilMs > Date.now()) return known.email;
    const found = await verify().catch(() => undefined);
    if (found === undefined) return undefined;
    if (remembered.size >= REMEMBERED_TOKENS) remembered.clear();
    remembered.set(token, found);
    return found.email;
  };

  return async (headers) => {
    const assertion = headers[IAP_HEADER];
    const { iapAudience } = settings;
    if (typeof assertion === 'string' && iapAudience !== undefined) {
      return verified(assertion, () => verifyIap(client, assertion, iapAudience));
    }
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    return token === undefined ? undefined : verified(token, () => verifyGoogle(client, token, settings.audience));
  };
}

interface Verified {
  readonly email: string;
  readonly untilMs: number;
}

async function verifyGoogle(client: OAuth2Client, idToken: string, audience: string): Promise<Verified | undefined> {
  const payload = (await client.verifyIdToken({ idToken, audience })).getPayload();
  if (payload?.email === undefined || payload.email_verified !== true || !GOOGLE_ISSUERS.has(payload.iss)) {
    return undefined;
  }
  return { email: payload.email, untilMs: payload.exp * 1000 };
}

async function verifyIap(client: OAuth2Client, assertion: string, audience: string): Promise<Verified | undefined> {
  const { pubkeys } = await client.getIapPublicKeys();
  const ticket = await client.verifySignedJwtWithCertsAsync(assertion, pubkeys, audience, IAP_ISSUERS);
  const payload = ticket.getPayload();
  return payload?.email === undefined ? undefined : { email: payload.email, untilMs: payload.exp * 1000 };
}

/** Calls another function of the platform with this process's own identity. */
export type FunctionCaller = (
  url: string,
  body: object,
) => Promise<{ readonly status: number; readonly json: unknown }>;

const CALL_TIMEOUT_MS = 60_000;

export function createFunctionCaller(audience: string): FunctionCaller {
  const auth = new GoogleAuth();
  let client: Promise<IdTokenClient> | undefined;
  return async (url, body) => {
    client ??= auth.getIdTokenClient(audience);
    const headers = await (await client).getRequestHeaders();
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...Object.fromEntries(headers.entries()), 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return { status: response.status, json: await response.json().catch(() => undefined) };
  };
}
