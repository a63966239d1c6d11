/** The one port: tells gRPC, TLS and HTTP apart by their first bytes, and answers CONNECT for Google's hosts. */
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import type { Log } from '../primitives/log.ts';
import { isGoogleHost } from '../primitives/outbound.ts';
import type { Certificate } from './certificate.ts';
import type { GrpcHost } from './grpc-host.ts';

/** First byte of a TLS record that carries a handshake. Source: RFC 8446 section 5.1 */
const TLS_HANDSHAKE = 0x16;
/** First bytes of HTTP/2 with prior knowledge, which only gRPC clients use here. Source: RFC 9113 section 3.4 */
const HTTP2_PREFACE = 'PRI';

export interface PortParts {
  readonly http: HttpServer;
  readonly grpc: GrpcHost;
  readonly certificate: Certificate;
  readonly log: Log;
}

export interface Port {
  readonly number: number;
  close(): Promise<void>;
}

/**
 * Listens on loopback only.
 * @throws the system's error (EADDRINUSE, …) when the port cannot be had
 */
export async function openPort(asked: number, parts: PortParts): Promise<Port> {
  const sockets = new Set<Socket>();
  // Never listens itself: connections are handed to it once their first byte shows a handshake.
  const tls = createTlsServer(
    {
      cert: parts.certificate.certificatePem,
      key: parts.certificate.keyPem,
      ALPNProtocols: ['h2', 'http/1.1'],
    },
    (secure) => {
      secure.on('error', () => secure.destroy());
      if (secure.alpnProtocol === 'h2') parts.grpc.accept(secure);
      else parts.http.emit('connection', secure);
    },
  );
  tls.on('tlsClientError', (_error, secure) => secure.destroy());

  const dispatch = (socket: Duplex, held = Buffer.alloc(0)): void => {
    socket.once('readable', () => {
      const more = socket.read() as Buffer | null;
      const first = more === null ? held : Buffer.concat([held, more]);
      if (first.length === 0) {
        socket.destroy();
        return;
      }
      const start = first.toString('latin1', 0, HTTP2_PREFACE.length);
      if (more !== null && start.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(start)) {
        dispatch(socket, first);
        return;
      }
      socket.unshift(first);
      if (first[0] === TLS_HANDSHAKE) tls.emit('connection', socket);
      else if (start === HTTP2_PREFACE) parts.grpc.accept(socket);
      else parts.http.emit('connection', socket);
    });
  };

  parts.http.on('connect', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const host = (request.url ?? '').replace(/:\d+$/, '');
    if (!isGoogleHost(host)) {
      parts.log('WARNING', 'refused CONNECT: this cloud stands in for Google hosts only', { host });
      socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    dispatch(socket);
  });

  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    dispatch(socket);
  });
  await listen(server, asked);
  const address = server.address();
  const number = typeof address === 'object' && address !== null ? address.port : asked;
  return {
    number,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: NetServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
