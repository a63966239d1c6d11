/** A server that speaks the verdicts of collect's native route, with whatever goes wrong on the way. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to requests: `lost reply` takes the events and answers nothing. */
export type ServerMode = 'fine' | 'lost reply' | 'busy' | 'unknown key' | 'hanging';

export interface Arrival {
  readonly url: string;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly sdk: string | undefined;
  readonly ids: readonly string[];
}

export interface CollectServer {
  readonly url: string;
  mode: ServerMode;
  /** Events by id, as they were first stored. */
  readonly stored: Map<string, { readonly type: string; readonly data: unknown }>;
  readonly arrivals: Arrival[];
  /** Events that came again after they were stored. */
  duplicates: number;
  /** Resolves when so many events are stored. */
  reached(count: number): Promise<void>;
  stop(): Promise<void>;
  /** Serves again on the same port. */
  resume(): Promise<void>;
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-expose-headers': 'retry-after',
  'access-control-max-age': '86400',
};

/** Starts on any port. `page` is what GET answers: a place for scripts of a browser to run. */
export async function startCollectServer(page = ''): Promise<CollectServer> {
  const waiting = new Set<() => void>();
  const state: CollectServer = {
    url: '',
    mode: 'fine',
    stored: new Map(),
    arrivals: [],
    duplicates: 0,
    reached: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (state.stored.size < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    resume: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
  };
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET') return void response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    if (request.method === 'OPTIONS') return void response.writeHead(204, CORS).end();
    const body = await textOf(request);
    if (body === undefined) return;
    takeBatch(request, response, body, state);
    for (const check of waiting) check();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails does not stop it, and must not keep its process from ending.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { url: `http://127.0.0.1:${port}` });
}

function takeBatch(request: IncomingMessage, response: ServerResponse, body: string, state: CollectServer): void {
  const reply = (status: number, json: object, headers = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...CORS, ...headers }).end(JSON.stringify(json));
  };
  if (state.mode === 'busy') return reply(503, { code: 'overloaded' }, { 'retry-after': '1' });
  if (state.mode === 'unknown key') return reply(401, { code: 'unknown_write_key' });
  if (state.mode === 'hanging') return;
  const batch = JSON.parse(body) as { sdk?: string; events: { id: string; type: string; data: unknown }[] };
  const { 'content-type': contentType, authorization } = request.headers;
  state.arrivals.push({
    url: request.url ?? '',
    contentType,
    authorization,
    sdk: batch.sdk,
    ids: batch.events.map(({ id }) => id),
  });
  const results = batch.events.map(({ id, type, data }) => {
    const known = state.stored.has(id);
    if (known) state.duplicates += 1;
    else state.stored.set(id, { type, data });
    return { id, status: known ? 'duplicate' : 'accepted' };
  });
  if (state.mode === 'lost reply') request.socket.destroy();
  else reply(200, { results });
}

function textOf(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('close', () => resolve(undefined));
  });
}
