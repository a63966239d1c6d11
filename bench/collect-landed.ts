/** Waits until so many events of the benchmark have landed in BigQuery, and prints one line of JSON: how many, after how long. */
import { BigQuery } from '@google-cloud/bigquery';

const [expected = 0, timeoutMs = 60_000] = process.argv.slice(2).map(Number);
const startedMs = performance.now();
const bigQuery = new BigQuery({ projectId: process.env['GOOGLE_CLOUD_PROJECT'] ?? '' });
let landed = 0;
for (;;) {
  const [rows] = await bigQuery.query('SELECT COUNT(DISTINCT event_id) AS events FROM raw.listening_track_played');
  landed = Number((rows as readonly { events: number }[])[0]?.events);
  if (landed >= expected || performance.now() - startedMs > timeoutMs) break;
  await new Promise((resolve) => setTimeout(resolve, 200));
}
process.stdout.write(`${JSON.stringify({ landed, afterMs: Math.round(performance.now() - startedMs) })}\n`);
process.exit(0);
