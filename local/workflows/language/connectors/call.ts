/**
 * Calls a connector: makes its request, repeats it when that is safe, and waits for what it started.
 * Source: https://cloud.google.com/workflows/docs/connectors#invoke_a_connector_call
 */
import { errorMap, Raised, raise } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { BlockingHost, Run } from '../run.ts';
import { exchange } from '../stdlib/http-exchange.ts';
import { isTransient, RETRY_DEFAULTS } from '../stdlib/retry.ts';
import { encodeJson } from '../values/json.ts';
import { isMap, mapOf, type MapValue, type Value } from '../values/value.ts';
import { readConnectorParams, type ConnectorParams } from './params.ts';
import { connectorRequest, type ConnectorRequest } from './request.ts';
import { FILLED_IN, type Connector } from './table.ts';
import { WAITING, type Waiter } from './waiting.ts';

/** What the connector answers; `args` are those of the step, by name. */
export function* callConnector(host: BlockingHost, connector: Connector, args: MapValue): Run<Value> {
  const params = readConnectorParams(args.get('connector_params') ?? null);
  const call: Call = { host, params, deadlineMs: host.nowMs() + params.timeoutMs };
  const complete = connector.waits === 'execution' ? executionArguments(host, args) : args;
  const started = yield* send(call, connectorRequest(connector, complete));
  if (connector.waits === 'no' || params.skipPolling) return started;
  return yield* wait(call, { waiter: WAITING[connector.waits], host: connector.host }, started);
}

interface Call {
  readonly host: BlockingHost;
  readonly params: ConnectorParams;
  readonly deadlineMs: number;
}

/** Where to run the workflow is here unless said, and its argument travels as JSON text. */
function executionArguments(host: BlockingHost, args: MapValue): MapValue {
  const complete = new Map(args);
  for (const [name, variable] of Object.entries(FILLED_IN)) {
    if ((complete.get(name) ?? null) === null) complete.set(name, host.environment(variable) ?? null);
  }
  const encoded = encodeJson(args.get('argument') ?? null);
  if (encoded.kind === 'invalid') return raise('TypeError', encoded.message);
  const body: MapValue = args.has('argument') ? mapOf({ argument: encoded.text }) : new Map();
  return complete.set('body', body);
}

/** One request, again after transient errors; GET is idempotent, anything else is not. */
function* send(call: Call, request: ConnectorRequest): Run<Value> {
  const idempotency = request.method === 'GET' ? 'idempotent' : 'non-idempotent';
  let delayMs = RETRY_DEFAULTS.initial_delay * 1000;
  for (let retries = 0; ; retries += 1) {
    try {
      return yield* sendOnce(call, request);
    } catch (error) {
      const again = error instanceof Raised && isTransient(error.payload, idempotency);
      if (!again || retries >= RETRY_DEFAULTS.max_retries) throw error;
    }
    yield* sleep(call, delayMs);
    delayMs = Math.min(delayMs * RETRY_DEFAULTS.multiplier, RETRY_DEFAULTS.max_delay * 1000);
  }
}

function* sendOnce(call: Call, request: ConnectorRequest): Run<Value> {
  const { scopes } = call.params;
  const response = yield* exchange(call.host, {
    ...request,
    auth: { type: 'OAuth2', scopes },
    timeoutMs: LIMITS.httpTimeoutSecondsMost * 1000,
  });
  return isMap(response) ? (response.get('body') ?? null) : null;
}

/** Waits, or raises TimeoutError when that would be longer than the call may take. */
function* sleep(call: Call, delayMs: number): Run<void> {
  const untilMs = call.host.nowMs() + delayMs;
  if (untilMs <= call.deadlineMs) {
    yield* call.host.sleepUntil(untilMs);
    return;
  }
  yield* call.host.sleepUntil(call.deadlineMs);
  const seconds = call.params.timeoutMs / 1000;
  throw new Raised(errorMap('TimeoutError', `TimeoutError: the call did not complete within ${seconds} seconds`));
}

/** Asks for the state of what was started until it has ended; each poll is a step. */
function* wait(call: Call, { waiter, host }: { waiter: Waiter; host: string }, started: Value): Run<Value> {
  const { initialDelayMs, multiplier, maxDelayMs } = call.params.polling;
  let state = started;
  let delayMs = initialDelayMs;
  for (;;) {
    const judged = waiter.judge(expectMap(state));
    if (judged.kind === 'done') return judged.value;
    if (judged.kind === 'failed') throw new Raised(judged.error);
    yield* sleep(call, delayMs);
    delayMs = Math.min(delayMs * multiplier, maxDelayMs);
    call.host.countStep();
    state = yield* send(call, {
      method: 'GET',
      url: waiter.poll(expectMap(state), host),
      headers: new Map(),
      body: undefined,
    });
  }
}

function expectMap(state: Value): MapValue {
  return isMap(state) ? state : raise('ResponseTypeError', 'the response of the operation is not a JSON object');
}
