/** Tokens of service accounts for the requests of workflows, asked for at IAM and kept while they last. */
import type { CloudClock } from '../primitives/clock.ts';
import type { Outbound } from '../primitives/outbound.ts';
import type { HttpAuth } from './language/effects.ts';

type Token =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly message: string };

/** Mints the token that `auth` asks for, for a service account's email. */
export type Tokens = (email: string, auth: HttpAuth) => Promise<Token>;

/** Google's tokens live an hour. */
const KEEP_MS = 50 * 60_000;
const MAX_KEPT = 1000;
const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 64 * 1024;

export function createTokens(outbound: Outbound, clock: CloudClock): Tokens {
  const kept = new Map<string, { readonly token: string; readonly untilMs: number }>();
  return async (email, auth) => {
    const verb = auth.type === 'OIDC' ? 'generateIdToken' : 'generateAccessToken';
    const body = auth.type === 'OIDC' ? { audience: auth.audience, includeEmail: true } : { scope: auth.scopes };
    const key = JSON.stringify([email, body]);
    const known = kept.get(key);
    if (known !== undefined && known.untilMs > clock.now()) return { kind: 'token', token: known.token };
    const reply = await outbound({
      method: 'POST',
      url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}:${verb}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      timeoutMs: TIMEOUT_MS,
      maxReplyBytes: MAX_REPLY_BYTES,
    });
    if (reply.kind !== 'reply') return { kind: 'refused', message: reply.message };
    const token = reply.status === 200 ? readToken(reply.body) : undefined;
    if (token === undefined) return { kind: 'refused', message: `IAM answered ${reply.status}` };
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(key, { token, untilMs: clock.now() + KEEP_MS });
    return { kind: 'token', token };
  };
}

/** Source: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts */
function readToken(body: Buffer): string | undefined {
  const reply = JSON.parse(body.toString('utf8')) as { readonly token?: unknown; readonly accessToken?: unknown };
  const token = reply.token ?? reply.accessToken;
  return typeof token === 'string' ? token : undefined;
}
