/** Serves the gRPC methods of all services over connections that the port hands in. */
import * as grpc from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';
import type protobuf from 'protobufjs';
import { ApiError, grpcCode, toApiError } from '../primitives/errors.ts';
import { type Faults, ReplyDropped } from '../primitives/faults.ts';
import { describeFailure, type Log } from '../primitives/log.ts';
import { decodeMessage, encodeMessage } from './messages.ts';
import { serviceMethods } from './protos.ts';
import type { BidiMethod, BidiStream, GrpcMethod, GrpcService } from './service.ts';

/** Google's largest request is Cloud KMS's and Pub/Sub's 10 MB; leave room for framing. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const CLOSE_GRACE_MS = 500;

export interface GrpcHost {
  /** Takes over an HTTP/2 connection, encrypted or not. */
  accept(connection: Duplex): void;
  /** Ends streams, lets calls under way finish for a moment, and says goodbye on every connection. */
  close(): Promise<void>;
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
  spareBrokenStreams(server);
  const streams = new Set<BidiStream>();
  for (const service of parts.services) register(server, service, { ...parts, streams });
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  return {
    accept: (connection) => injector.injectConnection(connection),
    close: () =>
      new Promise((resolve) => {
        // Cutting connections off would end calls that have not even begun with CANCELLED, which no client repeats.
        const force = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, CLOSE_GRACE_MS);
        for (const stream of streams) stream.close(new ApiError('UNAVAILABLE', 'The local cloud is stopping.'));
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}

/** The part of the server that answers what is no gRPC call; not in its types. */
interface Refusing {
  _respondWithError(fields: object, stream: { readonly destroyed: boolean }, channel?: unknown): void;
}

/** A client that resets a stream which is no call, before it is refused, would end the process: grpc-js 1.14.7 answers it without a look. */
function spareBrokenStreams(server: grpc.Server): void {
  const refusing = server as unknown as Refusing;
  const refuse = refusing._respondWithError.bind(refusing);
  refusing._respondWithError = (fields, stream, channel) => {
    if (!stream.destroyed) refuse(fields, stream, channel);
  };
}

interface HostParts extends GrpcHostParts {
  /** Those that are open. */
  readonly streams: Set<BidiStream>;
}

function register(server: grpc.Server, service: GrpcService, parts: HostParts): void {
  const definition: Record<string, grpc.MethodDefinition<Buffer, Buffer>> = {};
  const implementation: grpc.UntypedServiceImplementation = {};
  for (const method of serviceMethods(parts.root, service.name)) {
    const handler = service.methods[method.name];
    if (handler === undefined) continue;
    const types = messageTypes(method);
    definition[method.name] = {
      path: `/${service.name}/${method.name}`,
      requestStream: handler.kind === 'bidi',
      responseStream: handler.kind === 'bidi',
      // Messages are encoded and decoded below, where a failure still becomes a status.
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    };
    implementation[method.name] = implement(`${service.name}.${method.name}`, handler, types, parts);
  }
  server.addService(definition, implementation);
}

interface MessageTypes {
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
}

/** The message types of a resolved method. */
export function messageTypes(method: protobuf.Method): MessageTypes {
  const { resolvedRequestType: request, resolvedResponseType: response } = method;
  if (request === null || response === null) throw new Error(`unresolved method ${method.fullName}`);
  return { request, response };
}

function implement(id: string, handler: GrpcMethod, types: MessageTypes, parts: HostParts): grpc.UntypedHandleCall {
  if (handler.kind === 'bidi') return (call: BidiCall) => openStream(id, handler, { call, types }, parts);
  const work = async (bytes: Buffer): Promise<object> =>
    handler.kind === 'raw' ? handler.handle(bytes) : handler.handle(decodeMessage(types.request, bytes));
  return (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) => {
    void answer();
    async function answer(): Promise<void> {
      try {
        const reply = await parts.faults.around(id, () => work(call.request));
        callback(null, encodeMessage(types.response, reply));
      } catch (error) {
        callback(toStatus(error, id, parts));
      }
    }
  };
}

function toStatus(error: unknown, id: string, parts: HostParts): Partial<grpc.StatusObject> {
  if (error instanceof ReplyDropped) {
    return { code: grpc.status.UNAVAILABLE, details: 'Connection dropped', metadata: new grpc.Metadata() };
  }
  const known = toApiError(error);
  if (known !== error) parts.log('ERROR', 'unexpected failure', { method: id, failure: describeFailure(error) });
  return { code: grpcCode(known), details: known.message, metadata: statusDetails(known, parts) };
}

/** Error details travel as a serialised google.rpc.Status in a trailer. Source: https://grpc.io/docs/guides/error/ */
function statusDetails(error: ApiError, { root, log }: HostParts): grpc.Metadata {
  const metadata = new grpc.Metadata();
  const details = error.details.flatMap(({ '@type': url, ...plain }) => {
    try {
      return [{ type_url: url, value: encodeMessage(root.lookupType(url.slice(url.indexOf('/') + 1)), plain) }];
    } catch {
      log('ERROR', 'an error detail could not be sent', { type: url });
      return [];
    }
  });
  if (details.length === 0) return metadata;
  const status = { code: grpcCode(error), message: error.message, details };
  metadata.set('grpc-status-details-bin', encodeMessage(root.lookupType('google.rpc.Status'), status));
  return metadata;
}

type BidiCall = grpc.ServerDuplexStream<Buffer, Buffer>;

function openStream(
  id: string,
  handler: BidiMethod,
  { call, types }: { readonly call: BidiCall; readonly types: MessageTypes },
  parts: HostParts,
): void {
  let ended = false;
  const endListeners: (() => void)[] = [];
  const ending = (): void => {
    if (ended) return;
    ended = true;
    parts.streams.delete(stream);
    for (const listener of endListeners) guarded(listener);
  };
  const close = (error?: Error): void => {
    if (ended) return;
    if (error === undefined) call.end();
    else call.emit('error', toStatus(error, id, parts));
    ending();
  };
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      close(error instanceof Error ? error : new Error('a listener threw something else'));
    }
  };
  const stream: BidiStream = {
    onMessage: (listener) =>
      void call.on('data', (bytes: Buffer) => guarded(() => listener(decodeMessage(types.request, bytes)))),
    onEnd: (listener) => void endListeners.push(listener),
    send: (message) =>
      !ended && call.write(Buffer.isBuffer(message) ? message : encodeMessage(types.response, message)),
    onDrain: (listener) => void call.on('drain', () => guarded(listener)),
    close,
  };
  parts.streams.add(stream);
  call.on('end', ending);
  call.on('cancelled', ending);
  call.on('error', ending);
  guarded(() => handler.open(stream));
}
