/** The plainest server that accepts the bodies of the benchmark: takes them whole, parses them, and answers a verdict for each event. */
import { createServer } from 'node:http';

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    const { events } = (text === '' ? { events: [] } : JSON.parse(text)) as { events: readonly { id: string }[] };
    const body = JSON.stringify({ results: events.map(({ id }) => ({ id, status: 'accepted' })) });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
