/**
 * `http`: requests as steps make them.
 * Source: https://cloud.google.com/workflows/docs/http-requests
 */
import { LIMITS } from '../limits.ts';
import type { HttpAuth } from '../effects.ts';
import type { BlockingHost, Run } from '../run.ts';
import { encodeJson } from '../values/json.ts';
import { isList, isMap, type MapValue, type Value } from '../values/value.ts';
import { raise } from '../errors.ts';
import { scalarText } from '../expressions/operators.ts';
import { blocking, type Arguments, type StandardFunction } from './function.ts';
import { exchange } from './http-exchange.ts';

const OPTIONS = 'headers?, query?, auth?, private_service_name?, ca_certificate?';

export const HTTP: readonly StandardFunction[] = [
  blocking(`http.get(url, timeout?, ${OPTIONS})`, (args, host) => request('GET', args, host)),
  ...(['delete', 'patch', 'post', 'put'] as const).map((name) =>
    blocking(`http.${name}(url, timeout?, body?, ${OPTIONS})`, (args, host) => request(name.toUpperCase(), args, host)),
  ),
  blocking(`http.request(method, url, timeout?, body?, ${OPTIONS})`, (args, host) =>
    request(httpMethod(args), args, host),
  ),
];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'];

function httpMethod(args: Arguments): string {
  const method = args.string('method').toUpperCase();
  return METHODS.includes(method)
    ? method
    : args.invalid('method', `is '${method}'; it must be one of ${METHODS.join(', ')}`);
}

function* request(method: string, args: Arguments, host: BlockingHost): Run<Value> {
  for (const name of ['private_service_name', 'ca_certificate']) {
    if (args.value(name) !== null) args.invalid(name, 'is not served by the local cloud');
  }
  const headers = readHeaders(args);
  const body = encodeBody(args, headers);
  const url = withQuery(readUrl(args), args);
  return yield* exchange(host, { method, url, headers, body, auth: readAuth(args, url), timeoutMs: readTimeout(args) });
}

function readUrl(args: Arguments): string {
  const url = args.string('url');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    args.invalid('url', `must be an http or https URL: '${url}'`);
  }
  return url;
}

/** The query as given in the URL, and after it what `query` has; a list gives one parameter for each element. */
function withQuery(url: string, args: Arguments): string {
  if (args.value('query') === null) return url;
  const pairs: string[] = [];
  for (const [name, value] of args.map('query')) {
    for (const item of isList(value) ? value : [value]) {
      const text = scalarText(item) ?? args.refuse('query', 'a dict of strings, numbers, booleans or lists of them');
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
    }
  }
  if (pairs.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

function readHeaders(args: Arguments): Map<string, string> {
  const headers = new Map<string, string>();
  if (args.value('headers') === null) return headers;
  for (const [name, value] of args.map('headers')) {
    headers.set(
      name.toLowerCase(),
      scalarText(value) ?? args.refuse('headers', 'a dict of strings, numbers or booleans'),
    );
  }
  return headers;
}

/** The body as bytes, with the content type that it has when none is given. */
function encodeBody(args: Arguments, headers: Map<string, string>): Uint8Array | undefined {
  const body = args.value('body');
  if (body === null) return undefined;
  const given = headers.get('content-type');
  if (body instanceof Uint8Array) return withType(headers, 'application/octet-stream', body);
  if (typeof body === 'string') return withType(headers, 'text/plain; charset=utf-8', utf8(body));
  if (isMap(body) && given?.startsWith('application/x-www-form-urlencoded') === true) return utf8(formText(body, args));
  const encoded = encodeJson(body);
  if (encoded.kind === 'invalid') return raise('TypeError', encoded.message);
  return withType(headers, 'application/json; charset=utf-8', utf8(encoded.text));
}

function withType(headers: Map<string, string>, type: string, body: Uint8Array): Uint8Array {
  if (!headers.has('content-type')) headers.set('content-type', type);
  return body;
}

function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

function formText(body: MapValue, args: Arguments): string {
  const form = new URLSearchParams();
  for (const [name, value] of body) {
    form.append(name, scalarText(value) ?? args.refuse('body', 'a dict of strings, numbers or booleans for a form'));
  }
  return form.toString();
}

const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

function readAuth(args: Arguments, url: string): HttpAuth | undefined {
  if (args.value('auth') === null) return undefined;
  const auth = args.map('auth');
  const type = auth.get('type');
  if (type === 'OIDC') {
    const audience = auth.get('audience') ?? url.split('?')[0] ?? url;
    return {
      type,
      audience: typeof audience === 'string' ? audience : args.refuse('auth', "a dict with a string 'audience'"),
    };
  }
  if (type === 'OAuth2')
    return { type, scopes: readScopes(args, auth.get('scopes') ?? auth.get('scope') ?? CLOUD_PLATFORM) };
  return args.invalid('auth', "must have 'type' OIDC or OAuth2");
}

/** A list, or text with scopes between spaces or commas. */
function readScopes(args: Arguments, value: Value): string[] {
  const items = typeof value === 'string' ? value.split(/[ ,]+/) : value;
  if (!isList(items)) return args.refuse('auth', "a dict with 'scopes' as a list or a string");
  return items.map((item) =>
    typeof item === 'string' ? item : args.refuse('auth', "a dict with strings in 'scopes'"),
  );
}

function readTimeout(args: Arguments): number {
  const seconds = args.numberOr('timeout', LIMITS.httpTimeoutSeconds);
  if (seconds <= 0 || seconds > LIMITS.httpTimeoutSecondsMost) {
    args.invalid('timeout', `must be over 0 and at most ${LIMITS.httpTimeoutSecondsMost} seconds: ${seconds}`);
  }
  return seconds * 1000;
}
