/** How connectors tell whether what they started has ended, and how it went. */
import { errorMap, raise } from '../errors.ts';
import { decodeJson } from '../values/json.ts';
import { isMap, type MapValue, type Value } from '../values/value.ts';
import type { Waits } from './table.ts';

type Judged =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: Value };

export interface Waiter {
  /** Where to ask for the state of what `resource` is; `host` is the one that it was started at. */
  poll(resource: MapValue, host: string): string;
  judge(resource: MapValue): Judged;
}

const bigqueryJob: Waiter = {
  poll(job) {
    const reference = mapAt(job, 'jobReference');
    const url = new URL('https://bigquery.googleapis.com');
    url.pathname = `/bigquery/v2/projects/${textAt(reference, 'projectId')}/jobs/${textAt(reference, 'jobId')}`;
    const location = reference.get('location');
    if (typeof location === 'string') url.searchParams.set('location', location);
    return url.href;
  },
  judge(job) {
    const status = mapAt(job, 'status');
    if (status.get('state') !== 'DONE') return { kind: 'running' };
    const error = status.get('errorResult') ?? null;
    if (error === null) return { kind: 'done', value: job };
    const message = isMap(error) ? error.get('message') : undefined;
    return operationFailed(typeof message === 'string' ? message : 'BigQuery job failed', job, error);
  },
};

const RUNNING_STATES: ReadonlySet<Value> = new Set(['ACTIVE', 'QUEUED', 'STATE_UNSPECIFIED']);

const execution: Waiter = {
  poll: (resource) => `https://workflowexecutions.googleapis.com/v1/${textAt(resource, 'name')}`,
  judge(resource) {
    const state = resource.get('state') ?? null;
    if (RUNNING_STATES.has(state)) return { kind: 'running' };
    if (state === 'SUCCEEDED') return { kind: 'done', value: executionResult(resource) };
    return operationFailed('Execution failed or cancelled.', resource, resource.get('error') ?? null);
  },
};

/** google.longrunning.Operation */
const operation: Waiter = {
  poll: (resource, host) => `https://${host}/v1/${textAt(resource, 'name')}`,
  judge(resource) {
    if (resource.get('done') !== true) return { kind: 'running' };
    const error = resource.get('error') ?? null;
    if (error === null) return { kind: 'done', value: resource.get('response') ?? null };
    const message = isMap(error) ? error.get('message') : undefined;
    return operationFailed(typeof message === 'string' ? message : 'Operation failed.', resource, error);
  },
};

export const WAITING: Readonly<Record<Exclude<Waits, 'no'>, Waiter>> = {
  'bigquery-job': bigqueryJob,
  execution,
  operation,
};

function executionResult(resource: MapValue): Value {
  const decoded = decodeJson(textAt(resource, 'result'));
  return decoded.kind === 'value'
    ? decoded.value
    : raise('ResponseTypeError', 'the result of the execution is not JSON');
}

function operationFailed(message: string, operation: Value, error: Value): Judged {
  return { kind: 'failed', error: errorMap('OperationError', message, { operation, error }) };
}

function mapAt(resource: MapValue, key: string): MapValue {
  const value = resource.get(key) ?? null;
  return isMap(value) ? value : raise('ResponseTypeError', `the response of the operation has no '${key}'`);
}

function textAt(resource: MapValue, key: string): string {
  const value = resource.get(key);
  return typeof value === 'string'
    ? value
    : raise('ResponseTypeError', `the response of the operation has no '${key}'`);
}
