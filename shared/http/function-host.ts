// Owns how a function is served: registered with the Functions Framework, as in production, but ahead of its Express app.
import { http as registerHttpFunction } from '@google-cloud/functions-framework';
import http, { type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { answerMalformedRequests } from './malformed-requests.ts';
import { takeOverEndings } from './process-endings.ts';

/** Answers one request; must not throw and must read or drain the request's stream itself. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Registers `handler` as the function `name`. On SIGTERM no new connection is taken, and the process ends once `stop` has
 * resolved; without one, at once.
 *
 * The framework parses every body, up to 1 GiB and inflated, before a function sees the request, logs what it cannot parse
 * and answers with a page of HTML. A platform that seals personal data cannot let that happen, so the handler is put in
 * front: when the framework makes its HTTP server, requests go to `handler` and never reach Express. Should a later
 * framework make its server in another way, the registered function still answers, only without those guarantees;
 * a test pins that the door is in place.
 */
export function serveFunction(name: string, handler: RequestHandler, stop?: () => Promise<void>): void {
  registerHttpFunction(name, handler);
  const createServer = http.createServer;
  const replacement = (...args: [RequestListener]): Server => {
    http.createServer = createServer;
    const server = createServer(...args);
    server.removeAllListeners('request');
    server.on('request', handler);
    answerMalformedRequests(server);
    // The framework registers its own endings when the server listens; ours come after and take their place.
    server.once('listening', () => setImmediate(() => takeOverEndings(name, server, stop)));
    return server;
  };
  http.createServer = replacement as typeof createServer;
}
