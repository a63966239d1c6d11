#!/usr/bin/env node
// Starts trib on Node 24, which runs its TypeScript as it is: the one at hand, or the one that npm ci installed.
import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAJOR = 24;
const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, '..', 'main.ts');

// Compiled code is kept between starts: it halves what every process of the platform spends before it is ready.
process.env['NODE_COMPILE_CACHE'] ??= join(here, '..', '..', 'node_modules', '.cache', 'tributary');

if (Number(process.versions.node.split('.')[0]) >= MAJOR) {
  // Asked of the module, because an older Node would not even read a file that imports it by name.
  module.enableCompileCache(process.env['NODE_COMPILE_CACHE']);
  await import(main);
} else {
  const require = createRequire(import.meta.url);
  const node = join(dirname(require.resolve('node/package.json')), 'bin', 'node');
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.kill(process.pid, signal);
  });
}
