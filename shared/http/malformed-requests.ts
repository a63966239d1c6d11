// Owns what is answered to bytes that are no HTTP request: a problem as JSON, where Node would answer without a body.
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../platform/error-codes.ts';
import { PROBLEM_MEDIA_TYPE, problemOf } from '../platform/problem-details.ts';

/** Node's own codes for what is told apart; everything else is malformed. https://nodejs.org/api/http.html#event-clienterror */
const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'slow_body',
};

/** Answers malformed requests of a server and ends their connections. */
export function answerMalformedRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end(answerTo(CODES[error.code ?? ''] ?? 'malformed_request'), () => socket.destroy());
  });
}

function answerTo(code: ErrorCode): string {
  const problem = problemOf(code);
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} Refused`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
