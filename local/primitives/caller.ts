/** Who asks, as an access token of this cloud says. Nobody is kept out by it: a token that names no account is the owner's. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const PREFIX = 'ya29.local-';

/** An access token; of a service account when `email` is given. Google's are opaque, too, and begin in the same way. */
export function newAccessToken(email?: string): string {
  const random = randomBytes(24).toString('base64url');
  return email === undefined ? `${PREFIX}${random}` : `${PREFIX}${random}.${Buffer.from(email).toString('base64url')}`;
}

/** The e-mail address of the account whose access token the request carries; undefined for the owner's, and for any other text. */
export function callerOf({ authorization }: Pick<IncomingHttpHeaders, 'authorization'>): string | undefined {
  const token = /^Bearer (?<token>\S+)$/i.exec(authorization ?? '')?.groups?.['token'] ?? '';
  const [random = '', email] = token.split('.local-').at(-1)?.split('.') ?? [];
  if (!token.startsWith(PREFIX) || random === '' || email === undefined) return undefined;
  return Buffer.from(email, 'base64url').toString('utf8');
}
