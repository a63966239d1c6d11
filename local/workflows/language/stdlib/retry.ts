/**
 * `retry` and the retry policies of `http`.
 * Source: https://cloud.google.com/workflows/docs/reference/syntax/retrying,
 * https://cloud.google.com/workflows/docs/reference/stdlib/http/default_retry
 */
import { hasTag } from '../errors.ts';
import { functionValue } from '../program.ts';
import { isMap, mapOf, type Value } from '../values/value.ts';
import { pure, type StandardFunction } from './function.ts';

/** What a policy says that does not say it itself. */
export const RETRY_DEFAULTS = {
  predicate: functionValue('retry.always'),
  max_retries: 5,
  initial_delay: 1,
  max_delay: 60,
  multiplier: 1.25,
} as const;

const IDEMPOTENT = {
  codes: [429, 502, 503, 504],
  tags: ['ConnectionError', 'ConnectionFailedError', 'TimeoutError'],
};

const NON_IDEMPOTENT = { codes: [429, 503], tags: ['ConnectionFailedError'] };

export const RETRY: readonly StandardFunction[] = [
  pure('retry.always(exception)', () => true),
  pure('retry.never(exception)', () => false),
  pure('http.default_retry_predicate(exception)', (args) => isTransient(args.value('exception'), 'idempotent')),
  pure('http.default_retry_predicate_non_idempotent(exception)', (args) =>
    isTransient(args.value('exception'), 'non-idempotent'),
  ),
];

/** True for errors after which a request may be repeated without doing its work twice. */
export function isTransient(error: Value, request: 'idempotent' | 'non-idempotent'): boolean {
  const { codes, tags } = request === 'idempotent' ? IDEMPOTENT : NON_IDEMPOTENT;
  const code = isMap(error) ? error.get('code') : undefined;
  return codes.includes(Number(code ?? 0)) || tags.some((tag) => hasTag(error, tag));
}

const BACKOFF = mapOf({
  initial_delay: RETRY_DEFAULTS.initial_delay,
  max_delay: RETRY_DEFAULTS.max_delay,
  multiplier: RETRY_DEFAULTS.multiplier,
});

function policy(predicate: string): Value {
  return mapOf({ predicate: functionValue(predicate), max_retries: RETRY_DEFAULTS.max_retries, backoff: BACKOFF });
}

/** What can be named without being called. */
export const RETRY_CONSTANTS: Readonly<Record<string, Value>> = {
  'http.default_retry': policy('http.default_retry_predicate'),
  'http.default_retry_non_idempotent': policy('http.default_retry_predicate_non_idempotent'),
  'retry.default_backoff': BACKOFF,
  ...Object.fromEntries(RETRY.map(({ name }) => [name, functionValue(name)])),
};
