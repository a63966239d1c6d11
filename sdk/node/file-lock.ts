// Owns that one process at a time uses a queue's file.
import { open, readFile, rm } from 'node:fs/promises';

/** Queues in use by this process: its own number in a lock file may also be left from before a restart of its container. */
const inUse = new Set<string>();

/**
 * Takes the lock; the answer gives it back. A lock whose process has ended counts for nothing.
 * @throws Error when another client uses the queue
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  if (inUse.has(path)) throw new Error(`The queue ${path} is in use by another client of this process.`);
  inUse.add(path);
  try {
    await create(`${path}.lock`);
  } catch (thrown) {
    inUse.delete(path);
    throw thrown;
  }
  return async () => {
    await rm(`${path}.lock`, { force: true });
    inUse.delete(path);
  };
}

async function create(lock: string): Promise<void> {
  try {
    const handle = await open(lock, 'wx', 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
  } catch (thrown) {
    if (!isErrno(thrown, 'EEXIST')) throw thrown;
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder !== process.pid && isRunning(holder)) {
      throw new Error(`The queue is in use by process ${holder}; give each process a file of its own.`, {
        cause: thrown,
      });
    }
    await rm(lock, { force: true });
    await create(lock);
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return isErrno(thrown, 'EPERM'); // it runs, as somebody else
  }
}

function isErrno(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
