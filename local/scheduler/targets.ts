/** The targets that a job can have, checked. */
import { MAX_HEADER_BYTES, MAX_URI_CHARS } from './limits.ts';
import { invalid, unserved } from './refusals.ts';

export type Target = HttpTarget | PubsubTarget;

export interface HttpTarget {
  readonly kind: 'http';
  readonly uri: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBase64: string;
  readonly authorization: Authorization | null;
}

/** Whose token goes along, as an access token or as an identity token. */
export type Authorization =
  | { readonly kind: 'oauth'; readonly email: string; readonly scope: string }
  | { readonly kind: 'oidc'; readonly email: string; readonly audience: string };

export interface PubsubTarget {
  readonly kind: 'pubsub';
  readonly topic: string;
  readonly dataBase64: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A google.cloud.scheduler.v1.HttpTarget as a client sends it. */
export interface HttpTargetInput {
  readonly uri?: string;
  readonly httpMethod?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly oauthToken?: { readonly serviceAccountEmail: string; readonly scope: string } | null;
  readonly oidcToken?: { readonly serviceAccountEmail: string; readonly audience: string } | null;
}

/** A google.cloud.scheduler.v1.PubsubTarget as a client sends it. */
export interface PubsubTargetInput {
  readonly topicName?: string;
  readonly data?: Uint8Array;
  readonly attributes?: Readonly<Record<string, string>>;
}

interface TargetsInput {
  readonly httpTarget?: HttpTargetInput | null;
  readonly pubsubTarget?: PubsubTargetInput | null;
  readonly appEngineHttpTarget?: object | null;
}

/** @throws ApiError INVALID_ARGUMENT, or UNIMPLEMENTED for App Engine */
export function checkedTarget(input: TargetsInput, project: string): Target {
  if (input.appEngineHttpTarget) throw unserved('App Engine targets');
  if (input.httpTarget) return checkedHttpTarget(input.httpTarget);
  if (input.pubsubTarget) return checkedPubsubTarget(input.pubsubTarget, project);
  throw invalid('A job must have a target.');
}

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

function checkedHttpTarget(input: HttpTargetInput): HttpTarget {
  const { uri = '', headers = {}, body = new Uint8Array() } = input;
  if (!/^https?:\/\//.test(uri) || !URL.canParse(uri) || uri.length > MAX_URI_CHARS) {
    throw invalid(
      `The URI of an HTTP target must be a URL of at most ${MAX_URI_CHARS} characters that begins with "http://" or "https://".`,
    );
  }
  const given = input.httpMethod ?? 'HTTP_METHOD_UNSPECIFIED';
  const method = given === 'HTTP_METHOD_UNSPECIFIED' ? 'POST' : given;
  if (body.length > 0 && !METHODS_WITH_BODY.has(method)) {
    throw invalid(`A body is allowed only if the HTTP method is POST, PUT or PATCH, not ${method}.`);
  }
  checkHeaders(headers);
  const authorization = checkedAuthorization(input, uri);
  return { kind: 'http', uri, method, headers, bodyBase64: Buffer.from(body).toString('base64'), authorization };
}

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw invalid(`Invalid HTTP header "${name}".`);
    }
  }
  if (bytes >= MAX_HEADER_BYTES)
    throw invalid(`The total size of headers must be less than ${MAX_HEADER_BYTES} bytes.`);
}

const DEFAULT_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

function checkedAuthorization(input: HttpTargetInput, uri: string): Authorization | null {
  const { oauthToken, oidcToken } = input;
  if (oauthToken) {
    // Access tokens go to Google only; this cloud stands in for Google under the same names.
    if (!/(^|\.)googleapis\.com$/.test(new URL(uri).hostname)) throw invalid('Invalid url for HttpRequest.oauth_token');
    const { serviceAccountEmail, scope } = oauthToken;
    return { kind: 'oauth', email: checkedEmail(serviceAccountEmail), scope: scope === '' ? DEFAULT_SCOPE : scope };
  }
  if (!oidcToken) return null;
  const { serviceAccountEmail, audience } = oidcToken;
  return { kind: 'oidc', email: checkedEmail(serviceAccountEmail), audience: audience === '' ? uri : audience };
}

function checkedEmail(email: string): string {
  if (!/^[^@\s/]+@[^@\s/]+$/.test(email)) throw invalid('The service account email of a token is invalid.');
  return email;
}

function checkedPubsubTarget(input: PubsubTargetInput, project: string): PubsubTarget {
  const { topicName = '', data = new Uint8Array(), attributes = {} } = input;
  const groups = /^projects\/(?<project>[^/]+)\/topics\/[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/.exec(topicName)?.groups;
  if (groups === undefined)
    throw invalid('The topic name must be formatted: "projects/<PROJECT_ID>/topics/<TOPIC_ID>".');
  if (groups['project'] !== project) throw invalid('The topic must be in the same project as the job.');
  if (data.length === 0 && Object.keys(attributes).length === 0) {
    throw invalid('Pubsub message must contain either non-empty data, or at least one attribute.');
  }
  return { kind: 'pubsub', topic: topicName, dataBase64: Buffer.from(data).toString('base64'), attributes };
}
