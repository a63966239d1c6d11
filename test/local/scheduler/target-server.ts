/** An HTTP server for tests that stands for the target of jobs. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly response: ServerResponse;
}

export interface TargetServer {
  readonly url: string;
  /** How requests are answered from now on; without an answer they hang. */
  answer: ((request: ReceivedRequest) => void) | undefined;
  /** The oldest request that was not taken yet; waits for one. */
  take(): Promise<ReceivedRequest>;
  /** Requests that were not taken. */
  waiting(): number;
}

export function status(code: number): (request: ReceivedRequest) => void {
  return ({ response }) => void response.writeHead(code).end();
}

export async function startTargetServer(): Promise<TargetServer> {
  const received: ReceivedRequest[] = [];
  const takers: ((request: ReceivedRequest) => void)[] = [];
  const target: TargetServer = {
    url: '',
    answer: status(200),
    take: () => {
      const next = received.shift();
      return next === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(next);
    },
    waiting: () => received.length,
  };
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body, response };
      target.answer?.(request);
      const taker = takers.shift();
      if (taker === undefined) received.push(request);
      else taker(request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return Object.assign(target, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
