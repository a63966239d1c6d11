/** A process that tracks events into a queue's file as fast as they are written, and says which it knows to be on the disk. */
import { createNodeClient } from '../../sdk/node.ts';

const [url = '', queueFile = '', prefix = ''] = process.argv.slice(2);
const client = createNodeClient({
  url,
  writeKey: 'tw_key',
  userId: 'listener-1',
  queueFile,
  limits: { gatherMs: 5, batchEvents: 20 },
});
for (let index = 0; ; index += 1) {
  const ids = Array.from({ length: 5 }, (_, member) => `${prefix}-${index}-${member}`);
  for (const id of ids) client.track('listening.TrackPlayed', { index }, { id });
  await client.saved();
  process.stdout.write(`${ids.join('\n')}\n`);
}
