/**
 * Long-running operations. What they do is done before they are answered, so each is done from the start; the clients
 * wait for them all the same.
 */
import { randomBytes } from 'node:crypto';
import type protobuf from 'protobufjs';
import { messageToJson, packAny, toTimestamp } from '../host/messages.ts';
import { loadProtos } from '../host/protos.ts';
import { type GrpcMethod, type RestRoute, unary } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import { type ApiError, grpcCode } from '../primitives/errors.ts';
import type { Store } from '../primitives/store.ts';
import { notFound } from './refusals.ts';

/** How an operation ended: with a message of a type, or with an error. */
export type OperationOutcome =
  | { readonly kind: 'response'; readonly type: string; readonly message: object }
  | { readonly kind: 'error'; readonly code: number; readonly message: string };

interface OperationRow {
  readonly name: string;
  readonly verb: string;
  readonly target: string;
  readonly create_ms: number;
  /** An OperationOutcome as JSON. */
  readonly outcome: string;
}

export interface Operations {
  /** Records an operation that has ended, and answers it as google.longrunning.Operation. */
  record(verb: 'create' | 'update' | 'delete', target: string, outcome: OperationOutcome): object;
  /** google.longrunning.Operations */
  readonly methods: Record<string, GrpcMethod>;
  readonly rest: RestRoute[];
}

export function errorOutcome(error: ApiError): OperationOutcome {
  return { kind: 'error', code: grpcCode(error), message: error.message };
}

export function createOperations(store: Store, clock: CloudClock): Operations {
  // Only Any needs descriptors here; they are loaded when the first operation is made.
  let root: protobuf.Root | undefined;
  const protos = (): protobuf.Root => (root ??= loadProtos());

  const find = (name: string): OperationRow => {
    const row = store.get<OperationRow>('SELECT * FROM operations WHERE name = ?', name);
    if (row === undefined) throw notFound(name);
    return row;
  };

  const record: Operations['record'] = (verb, target, outcome) => {
    const nowMs = clock.now();
    const location = target.split('/').slice(0, 4).join('/');
    const name = `${location}/operations/operation-${nowMs}-${randomBytes(8).toString('hex')}`;
    const row: OperationRow = { name, verb, target, create_ms: nowMs, outcome: JSON.stringify(outcome) };
    store.run('INSERT INTO operations VALUES (?, ?, ?, ?, ?)', name, verb, target, nowMs, row.outcome);
    return toOperation(protos(), row);
  };

  const get = ({ name }: { readonly name: string }): object => toOperation(protos(), find(name));
  const remove = ({ name }: { readonly name: string }): object => {
    find(name);
    store.run('DELETE FROM operations WHERE name = ?', name);
    return {};
  };

  const route = (method: 'GET' | 'DELETE', handle: (request: { readonly name: string }) => object): RestRoute => ({
    method,
    path: '/v1/{name=projects/*/locations/*/operations/*}',
    id: `google.longrunning.Operations.${method === 'GET' ? 'GetOperation' : 'DeleteOperation'}`,
    errors: 'rpc',
    handle(request) {
      const type = method === 'GET' ? 'google.longrunning.Operation' : 'google.protobuf.Empty';
      return { json: messageToJson(protos().lookupType(type), handle({ name: request.params['name'] ?? '' }), false) };
    },
  });

  return {
    record,
    methods: { GetOperation: unary(get), WaitOperation: unary(get), DeleteOperation: unary(remove) },
    rest: [route('GET', get), route('DELETE', remove)],
  };
}

function toOperation(root: protobuf.Root, row: OperationRow): object {
  // Written by this service.
  const outcome = JSON.parse(row.outcome) as OperationOutcome;
  const time = toTimestamp(row.create_ms);
  const metadata = { createTime: time, endTime: time, target: row.target, verb: row.verb, apiVersion: 'v1' };
  return {
    name: row.name,
    metadata: packAny(root, 'google.cloud.workflows.v1.OperationMetadata', metadata),
    done: true,
    ...(outcome.kind === 'error'
      ? { error: { code: outcome.code, message: outcome.message } }
      : { response: packAny(root, outcome.type, outcome.message) }),
  };
}
