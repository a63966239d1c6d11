// The process of a detached platform: started by `trib up --detach`, tells its parent how the start went, lives on.
import { createWriteStream } from 'node:fs';
import { startPlatform, type UpOptions } from './supervisor.ts';
import { describeFailure } from '../output/failure.ts';

/** What the parent is told. */
export type DetachedMessage =
  | { readonly kind: 'progress'; readonly line: string }
  | { readonly kind: 'ready'; readonly line: string }
  | { readonly kind: 'failed'; readonly text: string; readonly exitCode: number };

const [options = '{}'] = process.argv.slice(2);
const tell = (message: DetachedMessage): void => {
  // The parent may be gone already; the platform does not care.
  if (process.connected) process.send?.(message);
};

try {
  const parsed = JSON.parse(options) as UpOptions & { readonly logFile: string };
  const log = createWriteStream(parsed.logFile, { flags: 'a', mode: 0o600 });
  const platform = await startPlatform(parsed, (line) => {
    log.write(`${line}\n`);
    tell({ kind: 'progress', line });
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void platform.stop().finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  tell({ kind: 'ready', line: JSON.stringify(platform.ready) });
} catch (error) {
  const failure = describeFailure(error);
  tell({ kind: 'failed', text: failure.text, exitCode: failure.exitCode });
  process.disconnect?.();
  process.exitCode = failure.exitCode;
}
