// A function for the test of its host: says what it was given, without reading more than it is told to.
import { serveFunction } from '#shared/http/function-host.ts';

serveFunction('door', (request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ path: request.url, bytes, encoding: request.headers['content-encoding'] ?? null }));
  });
});
