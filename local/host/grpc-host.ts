/** Serves the gRPC methods of all services over connections that the port hands in. */
import * as grpc from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';
import type protobuf from 'protobufjs';
import { type ApiError, grpcCode, toApiError } from '../primitives/errors.ts';
import { type Faults, ReplyDropped } from '../primitives/faults.ts';
import type { Log } from '../primitives/log.ts';
import { decodeMessage, encodeMessage } from './messages.ts';
import { serviceMethods } from './protos.ts';
import type { BidiMethod, BidiStream, GrpcMethod, GrpcService } from './service.ts';

/** Google's largest request is Cloud KMS's and Pub/Sub's 10 MB; leave room for framing. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const CLOSE_GRACE_MS = 500;

export interface GrpcHost {
  /** Takes over an HTTP/2 connection, encrypted or not. */
  accept(connection: Duplex): void;
  close(): void;
}

export interface GrpcHostParts {
  readonly root: protobuf.Root;
  readonly services: readonly GrpcService[];
  readonly faults: Faults;
  readonly log: Log;
}

export function createGrpcHost(parts: GrpcHostParts): GrpcHost {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  for (const service of parts.services) register(server, service, parts);
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  return {
    accept: (connection) => injector.injectConnection(connection),
    close: () => {
      injector.drain(CLOSE_GRACE_MS);
      injector.destroy();
      server.forceShutdown();
    },
  };
}

function register(server: grpc.Server, service: GrpcService, parts: GrpcHostParts): void {
  const definition: Record<string, grpc.MethodDefinition<object, object>> = {};
  const implementation: grpc.UntypedServiceImplementation = {};
  for (const method of serviceMethods(parts.root, service.name)) {
    const handler = service.methods[method.name];
    if (handler === undefined) continue;
    const types = messageTypes(method);
    definition[method.name] = {
      path: `/${service.name}/${method.name}`,
      requestStream: handler.kind === 'bidi',
      responseStream: handler.kind === 'bidi',
      requestSerialize: (value: object) => encodeMessage(types.request, value),
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (value: object) => encodeMessage(types.response, value),
      responseDeserialize: (bytes: Buffer) => bytes,
    };
    implementation[method.name] = implement(`${service.name}.${method.name}`, handler, types.request, parts);
  }
  server.addService(definition, implementation);
}

/** The message types of a resolved method. */
export function messageTypes(method: protobuf.Method): { request: protobuf.Type; response: protobuf.Type } {
  const { resolvedRequestType: request, resolvedResponseType: response } = method;
  if (request === null || response === null) throw new Error(`unresolved method ${method.fullName}`);
  return { request, response };
}

function implement(
  id: string,
  handler: GrpcMethod,
  request: protobuf.Type,
  parts: GrpcHostParts,
): grpc.UntypedHandleCall {
  if (handler.kind === 'bidi') return (call: BidiCall) => openStream(handler, call, request);
  const work = async (bytes: Buffer): Promise<object> =>
    handler.kind === 'raw' ? handler.handle(bytes) : handler.handle(decodeMessage(request, bytes));
  return (call: grpc.ServerUnaryCall<Buffer, object>, callback: grpc.sendUnaryData<object>) => {
    void answer(parts.faults.around(id, () => work(call.request)));
    async function answer(reply: Promise<object>): Promise<void> {
      try {
        callback(null, await reply);
      } catch (error) {
        callback(toStatus(error, id, parts));
      }
    }
  };
}

function toStatus(error: unknown, id: string, parts: GrpcHostParts): Partial<grpc.StatusObject> {
  if (error instanceof ReplyDropped) {
    return { code: grpc.status.UNAVAILABLE, details: 'Connection dropped', metadata: new grpc.Metadata() };
  }
  const known = toApiError(error);
  if (known !== error) parts.log('ERROR', 'unexpected failure', { method: id, stack: stackOf(error) });
  return { code: grpcCode(known), details: known.message, metadata: statusDetails(known, parts.root) };
}

/** Error details travel as a serialised google.rpc.Status in a trailer. Source: https://grpc.io/docs/guides/error/ */
function statusDetails(error: ApiError, root: protobuf.Root): grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (error.details.length === 0) return metadata;
  const details = error.details.map(({ '@type': url, ...plain }) => ({
    type_url: url,
    value: encodeMessage(root.lookupType(url.slice(url.indexOf('/') + 1)), plain),
  }));
  const status = { code: grpcCode(error), message: error.message, details };
  metadata.set('grpc-status-details-bin', encodeMessage(root.lookupType('google.rpc.Status'), status));
  return metadata;
}

type BidiCall = grpc.ServerDuplexStream<Buffer, object>;

function openStream(handler: BidiMethod, call: BidiCall, request: protobuf.Type): void {
  let ended = false;
  const endListeners: (() => void)[] = [];
  const ending = (): void => {
    if (ended) return;
    ended = true;
    for (const listener of endListeners) listener();
  };
  call.on('end', ending);
  call.on('cancelled', ending);
  call.on('error', ending);
  const close = (error?: Error): void => {
    if (error === undefined) call.end();
    else {
      const known = toApiError(error);
      call.emit('error', { code: grpcCode(known), details: known.message, metadata: new grpc.Metadata() });
    }
    ending();
  };
  const stream: BidiStream = {
    onMessage: (listener) =>
      void call.on('data', (bytes: Buffer) => {
        try {
          listener(decodeMessage(request, bytes));
        } catch (error) {
          close(toApiError(error));
        }
      }),
    onEnd: (listener) => void endListeners.push(listener),
    send: (message) => !ended && call.write(message),
    onDrain: (listener) => void call.on('drain', listener),
    close,
  };
  handler.open(stream);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.name) : typeof error;
}
