// Owns which port each part of the platform listens on: one base port, the rest follow from it.
import { createServer } from 'node:net';
import { FUNCTION_NAMES, type FunctionName } from '#shared/platform/base/names.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

export const DEFAULT_BASE_PORT = 8480;

export interface Ports {
  readonly console: number;
  readonly cloud: number;
  readonly functions: Readonly<Record<FunctionName, number>>;
}

export function portsFrom(base: number): Ports {
  const functions = FUNCTION_NAMES.map((name, index) => [name, base + 2 + index] as const);
  // FUNCTION_NAMES are exactly the keys.
  return { console: base, cloud: base + 1, functions: Object.fromEntries(functions) as Ports['functions'] };
}

/** How long processes of an instance that was just killed may take to let go of their ports. */
const LET_GO_MS = 3000;
const LOOK_EVERY_MS = 100;

/** @throws PlatformError port_taken naming the first port that stays taken */
export async function requirePorts(ports: Ports): Promise<void> {
  const deadline = Date.now() + LET_GO_MS;
  for (const port of [ports.console, ports.cloud, ...Object.values(ports.functions)]) {
    while (!(await isFree(port))) {
      if (Date.now() > deadline) {
        throw new PlatformError('port_taken', {
          message: `Port ${port} is taken.`,
          hint: 'Stop what listens there, or choose another range with --port.',
          details: { port },
        });
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** Whether nobody on this machine listens on the port at the moment. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
