/** The collector of walkerOS behind a plain server, merely accepting: a destination that keeps nothing, no validation, no sealing. */
import { createServer } from 'node:http';
import { startFlow } from '@walkeros/collector';

interface SentEvent {
  readonly id: string;
  readonly userId: string;
  readonly data: Readonly<Record<string, string | number>>;
}

let taken = 0;
const { elb } = await startFlow({
  destinations: {
    nowhere: {
      code: {
        type: 'nowhere',
        config: {},
        push() {
          taken += 1;
        },
      },
    },
  },
});

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => void answer(Buffer.concat(chunks).toString('utf8')));

  async function answer(text: string): Promise<void> {
    const { events } = (text === '' ? { events: [] } : JSON.parse(text)) as { events: readonly SentEvent[] };
    const before = taken;
    await Promise.all(
      events.map(({ id, userId, data }) => elb({ name: 'track played', id, user: { id: userId }, data: { ...data } })),
    );
    const status = taken - before >= events.length ? 'accepted' : 'retry';
    const body = JSON.stringify({ results: events.map(({ id }) => ({ id, status })) });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }
}).listen(Number(process.argv[2]), '127.0.0.1');
