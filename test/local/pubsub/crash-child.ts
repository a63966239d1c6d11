/** A local cloud in a process of its own, to be killed: prints its environment as one line of JSON when it serves. */
import { startCloud } from '#local/cloud.ts';
import { createLog } from '#local/primitives/log.ts';

const [dataDir = '', port = '0'] = process.argv.slice(2);
const startedMs = performance.now();
const cloud = await startCloud({
  dataDir,
  port: Number(port),
  projectId: 'test-project',
  log: createLog('WARNING'),
});
const readyMs = Math.round(performance.now() - startedMs);
process.stdout.write(`${JSON.stringify({ environment: cloud.environment, port: cloud.port, readyMs })}\n`);
