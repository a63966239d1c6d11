/** `connector_params`: how long a connector may take, and how it polls. */
import { raise } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { isList, isMap, isNumeric, typeNameInMessage, type MapValue, type Value } from '../values/value.ts';

export interface ConnectorParams {
  readonly timeoutMs: number;
  readonly skipPolling: boolean;
  readonly polling: PollingPolicy;
  readonly scopes: readonly string[];
}

interface PollingPolicy {
  readonly initialDelayMs: number;
  readonly multiplier: number;
  readonly maxDelayMs: number;
}

const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

/** @throws Raised TypeError or ValueError for what Workflows would not take */
export function readConnectorParams(value: Value): ConnectorParams {
  const params = value === null ? new Map<string, Value>() : value;
  if (!isMap(params)) return raise('TypeError', `'connector_params' must be a dict; got: ${typeNameInMessage(params)}`);
  const policy = params.get('polling_policy') ?? new Map<string, Value>();
  if (!isMap(policy)) return raise('TypeError', `'polling_policy' must be a dict; got: ${typeNameInMessage(policy)}`);
  const timeoutSeconds = readNumber(params, 'timeout', LIMITS.connectorTimeoutSeconds);
  if (timeoutSeconds > LIMITS.connectorTimeoutSecondsMost) {
    raise('ValueError', `'timeout' must be at most ${LIMITS.connectorTimeoutSecondsMost} seconds: ${timeoutSeconds}`);
  }
  return {
    timeoutMs: timeoutSeconds * 1000,
    skipPolling: params.get('skip_polling') === true,
    polling: {
      initialDelayMs: readNumber(policy, 'initial_delay', 1) * 1000,
      multiplier: readNumber(policy, 'multiplier', 1.25),
      maxDelayMs: readNumber(policy, 'max_delay', 60) * 1000,
    },
    scopes: readScopes(params.get('scopes') ?? CLOUD_PLATFORM),
  };
}

function readNumber(map: MapValue, key: string, fallback: number): number {
  const value = map.get(key) ?? fallback;
  if (!isNumeric(value)) return raise('TypeError', `'${key}' must be a number; got: ${typeNameInMessage(value)}`);
  return value < 0 ? raise('ValueError', `'${key}' must not be negative: ${value}`) : Number(value);
}

function readScopes(value: Value): string[] {
  const items = typeof value === 'string' ? value.split(/[ ,]+/) : value;
  if (isList(items) && items.every((item) => typeof item === 'string')) return [...items];
  return raise('TypeError', "'scopes' must be a string or a list of strings");
}
