// Owns the codes of whole requests: what any of the functions answers before it looks at a single event or id.
import { caller, system, transient } from './entry.ts';

/** Codes of requests. */
export const REQUEST_CODES = {
  malformed_request: caller(
    'What was sent is no HTTP request.',
    'Send HTTP/1.1, with a body of the length it declares.',
  ),
  headers_too_large: caller('The headers are larger than the limit.', 'Send fewer or shorter headers.', {
    status: 431,
  }),
  malformed_body: caller(
    'The body is not JSON of the documented shape.',
    'Send UTF-8 JSON as the OpenAPI document says.',
  ),
  truncated_body: caller('The body ended before its declared length.', 'Send the request again, whole.'),
  unsupported_encoding: caller(
    'The content encoding is none that is understood, or the body is not in it.',
    'Send the body plain, or with Content-Encoding gzip, deflate or br.',
    { status: 415 },
  ),
  unsupported_format: caller(
    'The body is in no format that is understood here.',
    'Send it in one of the formats that the OpenAPI document names, and say which in Content-Type.',
    { status: 415 },
  ),
  body_too_large: caller('The body is larger than the limit.', 'Send fewer events in a request.', { status: 413 }),
  inflated_too_large: caller('The body inflates to more than the limit.', 'Send fewer events in a request.', {
    status: 413,
  }),
  suspicious_ratio: caller('The body inflates far more than events do.', 'Send real events, or send them plain.', {
    status: 413,
  }),
  too_many_values: caller('The body holds more values than the limit.', 'Send fewer events in a request.', {
    status: 413,
  }),
  too_many_events: caller('The batch holds more events than the limit.', 'Split the batch.', { status: 413 }),
  slow_body: caller('The body did not arrive in time.', 'Send it again over a better connection.', { status: 408 }),
  missing_write_key: caller('No write key was sent.', 'Send the header Authorization: Bearer WRITE_KEY.', {
    status: 401,
  }),
  unknown_write_key: caller('The write key is unknown or revoked.', 'Ask the owner of the app for a valid write key.', {
    status: 401,
  }),
  unknown_write_key_name: caller('No write key has this name.', 'List them with `trib key list`.', { status: 404 }),
  unauthenticated: caller('The request carries no valid token.', 'Send the header Authorization: Bearer TOKEN.', {
    status: 401,
  }),
  forbidden: caller('The token does not allow this.', 'Ask for the role that does; platform/roles.yaml lists them.', {
    status: 403,
  }),
  origin_not_allowed: caller(
    'The write key may not be used from this origin.',
    'Add the origin to the write key, or send from one that it lists.',
    { status: 403 },
  ),
  historical_not_allowed: caller(
    'The write key may not send history.',
    'Use a write key with `historical`, or send without an import.',
    { status: 403 },
  ),
  route_unknown: caller('There is nothing at this path.', 'Look at GET /openapi.json for what there is.', {
    status: 404,
  }),
  console_missing: system(
    'The console is not part of this deployment.',
    'Name the folder that it was built into; `trib up` builds it at each start.',
    { status: 501 },
  ),
  method_not_allowed: caller('The path does not take this method.', 'Use a method that the Allow header names.', {
    status: 405,
  }),
  invalid_argument: caller('An argument of the request is not valid.', 'Correct the argument that the detail names.'),
  conflict: caller('Somebody else changed it in the meantime.', 'Read it again, then repeat the change.', {
    status: 409,
  }),
  rate_limited: transient(
    'The write key sends more than its rate.',
    'Wait as long as Retry-After says, then send again.',
    {
      status: 429,
    },
  ),
  overloaded: transient(
    'There is more work than can be done now.',
    'Wait as long as Retry-After says, then send again.',
  ),
  catalog_loading: transient('The catalog is not loaded yet.', 'Wait as long as Retry-After says, then send again.'),
  internal: system(
    'Something that must not happen happened.',
    'Look for the line with this code in the logs, and report it.',
  ),
  configuration_invalid: system(
    'The configuration of the function is missing or wrong.',
    'Set the environment variable that the message names.',
  ),
} as const;
