/** Identity tokens of service accounts for requests that services make, from IAM credentials, kept while they are good. */
import type { CloudClock } from './clock.ts';
import type { Outbound } from './outbound.ts';

/** Google's tokens live an hour; a kept one is renewed well before. */
const KEEP_MS = 45 * 60_000;
const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 64 * 1024;

export interface IdentityTokens {
  /** Undefined when none could be had. */
  get(account: string, audience: string): Promise<string | undefined>;
}

export function createIdentityTokens(outbound: Outbound, clock: CloudClock): IdentityTokens {
  const kept = new Map<string, { readonly token: string; readonly untilMs: number }>();
  return {
    async get(account, audience) {
      const key = JSON.stringify([account, audience]);
      const known = kept.get(key);
      if (known !== undefined && clock.now() < known.untilMs) return known.token;
      const result = await outbound({
        method: 'POST',
        url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${encodeURIComponent(account)}:generateIdToken`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ audience, includeEmail: true }),
        timeoutMs: TIMEOUT_MS,
        maxReplyBytes: MAX_REPLY_BYTES,
      });
      if (result.kind !== 'reply' || result.status !== 200) return undefined;
      const { token } = JSON.parse(result.body.toString('utf8')) as { token: string };
      kept.set(key, { token, untilMs: clock.now() + KEEP_MS });
      return token;
    },
  };
}
