/** Access and identity tokens: the token endpoints, IAM credentials, and the public keys that verify them. */
import { decodeJwt, importSPKI, jwtVerify, SignJWT } from 'jose';
import type { RestReply, RestRequest, RestRoute } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import { newAccessToken } from '../primitives/caller.ts';
import { ApiError } from '../primitives/errors.ts';
import type { Store } from '../primitives/store.ts';
import { publicKeysOf, uniqueId } from './service-accounts.ts';
import type { SigningKey } from './signing-keys.ts';

export interface TokenParts {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly googleKey: SigningKey;
  readonly iapKey: SigningKey;
}

const ACCESS_TOKEN_SECONDS = 3600;
/** Google's identity tokens live an hour; ours a day, so that a token printed at start serves a day of work. */
const ID_TOKEN_SECONDS = 24 * 3600;
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** An identity token as accounts.google.com signs it for a service account. */
export async function signIdToken(parts: TokenParts, email: string, audience: string): Promise<string> {
  const nowSeconds = Math.floor(parts.clock.now() / 1000);
  return new SignJWT({ email, email_verified: true, azp: uniqueId(email) })
    .setProtectedHeader({ alg: parts.googleKey.algorithm, kid: parts.googleKey.id, typ: 'JWT' })
    .setIssuer('https://accounts.google.com')
    .setAudience(audience)
    .setSubject(uniqueId(email))
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + ID_TOKEN_SECONDS)
    .sign(parts.googleKey.privateKey);
}

export function tokenRoutes(parts: TokenParts): RestRoute[] {
  const token = (path: string): RestRoute => ({
    method: 'POST',
    path,
    id: 'oauth2.token',
    errors: 'rpc',
    handle: (request) => exchange(parts, request),
  });
  const publish = (path: string, id: string, json: unknown): RestRoute => ({
    method: 'GET',
    path,
    id,
    errors: 'rpc',
    handle: () => ({ json, headers: { 'cache-control': 'public, max-age=3600' } }),
  });
  const { googleKey, iapKey } = parts;
  return [
    token('/token'),
    token('/oauth2/v4/token'),
    publish('/oauth2/v1/certs', 'oauth2.certs', { [googleKey.id]: googleKey.certificatePem }),
    publish('/oauth2/v3/certs', 'oauth2.jwks', { keys: [googleKey.publicJwk] }),
    publish('/iap/verify/public_key', 'iap.publicKeys', { [iapKey.id]: iapKey.publicPem }),
    publish('/iap/verify/public_key-jwk', 'iap.jwks', { keys: [iapKey.publicJwk] }),
    credentials('generateAccessToken', (request) => Promise.resolve(generatedAccessToken(parts, request))),
    credentials('generateIdToken', async (request) => {
      const audience = (await request.json())['audience'];
      if (typeof audience !== 'string' || audience === '') {
        throw new ApiError('INVALID_ARGUMENT', 'Request contains an invalid argument: audience is required.');
      }
      return { token: await signIdToken(parts, request.params['email'] ?? '', audience) };
    }),
  ];
}

/** Source: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts */
function credentials(verb: string, handle: (request: RestRequest) => Promise<object>): RestRoute {
  return {
    method: 'POST',
    path: `/v1/projects/-/serviceAccounts/{email}:${verb}`,
    id: `iamcredentials.projects.serviceAccounts.${verb}`,
    errors: 'rpc',
    handle: async (request) => ({ json: await handle(request) }),
  };
}

function generatedAccessToken(parts: TokenParts, { params }: RestRequest): object {
  const expireTime = new Date(parts.clock.now() + ACCESS_TOKEN_SECONDS * 1000).toISOString();
  return { accessToken: newAccessToken(params['email']), expireTime };
}

/** @param email the account whose token it is; without one, the owner's */
export function accessTokenReply(email?: string): object {
  return { access_token: newAccessToken(email), expires_in: ACCESS_TOKEN_SECONDS, token_type: 'Bearer' };
}

/** Source: https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
async function exchange(parts: TokenParts, request: RestRequest): Promise<RestReply> {
  const form = await readForm(request);
  if (form.get('grant_type') !== JWT_BEARER) return { json: accessTokenReply() };
  const assertion = form.get('assertion') ?? '';
  try {
    const { target_audience: audience, iss: email = '' } = decodeJwt(assertion);
    if (typeof audience !== 'string') return { json: accessTokenReply(email) };
    await verifyAssertion(parts.store, assertion, email);
    return { json: { id_token: await signIdToken(parts, email, audience) } };
  } catch {
    // OAuth errors have a shape of their own. Source: RFC 6749 section 5.2
    return { status: 400, json: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
  }
}

/** Identity tokens open the platform's functions, so here the signature counts; client libraries name no key in it. */
async function verifyAssertion(store: Store, assertion: string, email: string): Promise<void> {
  for (const publicPem of publicKeysOf(store, email)) {
    const verified = await jwtVerify(assertion, await importSPKI(publicPem, 'RS256'), { issuer: email }).catch(
      () => null,
    );
    if (verified !== null) return;
  }
  throw new Error('signed by none of the keys of the account');
}

async function readForm(request: RestRequest): Promise<URLSearchParams> {
  const text = (await request.bytes()).toString('utf8');
  if (!(request.headers['content-type'] ?? '').includes('json')) return new URLSearchParams(text);
  const fields = text === '' ? {} : (JSON.parse(text) as Record<string, string>);
  return new URLSearchParams(fields);
}
