/** The plainest function that accepts the bodies of the benchmark; the framework has parsed them by the time it is called. */
import type { IncomingMessage, ServerResponse } from 'node:http';

interface Parsed {
  readonly body?: { readonly events?: readonly { readonly id: string }[] };
}

/** What a team would deploy: an answer of a verdict for each event. */
export function collect(request: IncomingMessage & Parsed, response: ServerResponse): void {
  const results = (request.body?.events ?? []).map(({ id }) => ({ id, status: 'accepted' }));
  const body = JSON.stringify({ results });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
