/** The process of the local cloud: reads its command line, starts, says so on stdout, and ends cleanly when told to. */
import { parseArgs } from 'node:util';
import { type CloudOptions, startCloud } from './cloud.ts';
import { createLog, type Severity } from './primitives/log.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    port: { type: 'string', default: '9400' },
    project: { type: 'string', default: 'local-project' },
    log: { type: 'string', default: 'INFO' },
    'iap-port': { type: 'string' },
    'iap-backend': { type: 'string' },
    'iap-email': { type: 'string' },
    'iap-audience': { type: 'string' },
  },
});

function iapOptions(): Pick<CloudOptions, 'iap'> {
  const { 'iap-port': port, 'iap-backend': backend, 'iap-email': email, 'iap-audience': audience } = values;
  if (port === undefined || backend === undefined || email === undefined || audience === undefined) return {};
  return { iap: { port: Number(port), backend, email, audience } };
}

if (values.data === undefined) {
  process.stderr.write(
    'usage: node local/main.ts --data DIR [--port N] [--project ID] [--log DEBUG|INFO|WARNING|ERROR]\n',
  );
  process.exit(2);
}

// One of the four names, or the comparison in the log drops nothing.
const log = createLog(values.log as Severity);
const cloud = await startCloud({
  dataDir: values.data,
  port: Number(values.port),
  projectId: values.project,
  log,
  ...iapOptions(),
}).catch((error: NodeJS.ErrnoException) => {
  const reason = error.code === 'EADDRINUSE' ? `port ${values.port} is taken` : (error.code ?? error.message);
  process.stderr.write(`${JSON.stringify({ severity: 'ERROR', message: `cannot start: ${reason}` })}\n`);
  process.exit(1);
});

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  void cloud.stop().finally(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// A parent that dies takes the cloud with it.
if (process.send !== undefined) process.on('disconnect', stop);

process.stdout.write(`${JSON.stringify({ ready: true, url: cloud.url, environment: cloud.environment })}\n`);
