/** `sys`, `uuid` and `events`: what has to do with the execution itself. */
import type { CallbackRequest } from '../effects.ts';
import { errorMap, Raised, raise } from '../errors.ts';
import { scalarText } from '../expressions/operators.ts';
import { LIMITS } from '../limits.ts';
import type { BlockingHost, Run } from '../run.ts';
import { encodeJson } from '../values/json.ts';
import { isList, isMap, mapOf, type Value } from '../values/value.ts';
import { asking, blocking, waiting, type Arguments, type StandardFunction } from './function.ts';
import { canonicalHeaders, readBody } from './http-response.ts';
import { parseTime } from './time.ts';

export const SYSTEM: readonly StandardFunction[] = [
  asking('sys.now()', (_args, host) => host.now()),
  asking('sys.get_env(name, default?)', (args, host) => host.environment(args.string('name')) ?? args.value('default')),
  asking('uuid.generate()', (_args, host) => host.uuid()),
  blocking('sys.sleep(seconds)', (args, host) => sleep(args, host)),
  blocking('sys.sleep_until(time)', (args, host) => sleepUntil(args, host)),
  blocking('sys.log(data?, severity?, text?, json?, timeout?)', (args, host) => log(args, host)),
  waiting('events.create_callback_endpoint(http_callback_method?)', (args, host) => createCallback(args, host)),
  blocking('events.await_callback(callback, timeout?)', (args, host) => awaitCallback(args, host)),
];

function* sleep(args: Arguments, host: BlockingHost): Run<Value> {
  const seconds = Number(args.number('seconds'));
  if (seconds < 0) args.invalid('seconds', `must not be negative: ${seconds}`);
  yield* host.sleepUntil(host.nowMs() + seconds * 1000);
  return null;
}

function* sleepUntil(args: Arguments, host: BlockingHost): Run<Value> {
  yield* host.sleepUntil(parseTime(args.string('time')) * 1000);
  return null;
}

/** Source: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity */
const SEVERITIES = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'];

function* log(args: Arguments, host: BlockingHost): Run<Value> {
  const severity = args.stringOr('severity', 'DEFAULT');
  if (!SEVERITIES.includes(severity))
    args.invalid('severity', `is '${severity}'; it must be one of ${SEVERITIES.join(', ')}`);
  const payload = logPayload(args);
  yield* host.effect('log', async (effects) => {
    effects.log({ severity, payload });
    return null;
  });
  return null;
}

function logPayload(args: Arguments): { kind: 'json' | 'text'; text: string } {
  const given = ['data', 'text', 'json'].filter((name) => args.value(name) !== null);
  const [name = 'data', ...others] = given;
  if (others.length > 0) args.invalid(name, `cannot be given together with '${others.join("', '")}'`);
  const value = args.value(name);
  if (name === 'json' && !isMap(value)) args.refuse('json', 'a dict');
  if (!isMap(value) && !isList(value) && value !== null) return { kind: 'text', text: scalarText(value) ?? '' };
  const encoded = encodeJson(value);
  if (encoded.kind === 'invalid') return raise('TypeError', encoded.message);
  return { kind: isMap(value) && name !== 'text' ? 'json' : 'text', text: encoded.text };
}

const CALLBACK_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];

function* createCallback(args: Arguments, host: BlockingHost): Run<Value> {
  const method = args.stringOr('http_callback_method', 'POST');
  if (!CALLBACK_METHODS.includes(method)) {
    args.invalid('http_callback_method', `is '${method}'; it must be one of ${CALLBACK_METHODS.join(', ')}`);
  }
  const url = yield* host.effect('callback', async (effects) => effects.callbacks.create(method));
  return mapOf({ url });
}

function* awaitCallback(args: Arguments, host: BlockingHost): Run<Value> {
  const url = args.map('callback').get('url');
  if (typeof url !== 'string')
    return args.refuse('callback', "what events.create_callback_endpoint returned, with 'url'");
  const untilMs = host.nowMs() + args.numberOr('timeout', LIMITS.callbackTimeoutSeconds) * 1000;
  const outcome = yield* host.effect('await', async (effects, signal) => {
    const received = await effects.callbacks.receive(url, untilMs, signal);
    return received.kind === 'timeout' ? null : { ...received.request };
  });
  if (outcome === null) {
    throw new Raised(errorMap('TimeoutError', 'TimeoutError: timed out waiting for a callback'));
  }
  return callbackValue(outcome);
}

function callbackValue(request: CallbackRequest): Value {
  const headers = canonicalHeaders(request.headers);
  const received = new Date(request.receivedMs).toISOString();
  const body = readBody(new Uint8Array(Buffer.from(request.bodyBase64, 'base64')), headers.get('Content-Type') ?? '');
  return mapOf({
    http_request: mapOf({
      body: body.kind === 'value' ? body.value : null,
      headers,
      method: request.method,
      query: mapOf(request.query),
      url: request.url,
    }),
    received_time: received,
    type: 'HTTP',
  });
}
