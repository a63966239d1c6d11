/** A local cloud in a process of its own, for tests that kill it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(import.meta.resolve('#local/main.ts'));

export interface CloudProcess {
  /** Ends it without a chance to do anything, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same data folder. */
  start(): Promise<void>;
  /** Calls its REST side; rejects when it dies before the whole reply was there. */
  call(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
}

export async function startCloudProcess(): Promise<CloudProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-process-'));
  let child: ChildProcess | undefined;
  let url = '';
  after(() => {
    child?.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  const cloud: CloudProcess = {
    async kill() {
      assert.ok(child !== undefined);
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async start() {
      const started = spawn(process.execPath, [MAIN, '--data', dataDir, '--port', '0', '--log', 'ERROR'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child = started;
      const [line] = (await once(started.stdout, 'data')) as [Buffer];
      ({ url } = JSON.parse(line.toString()) as { url: string });
    },
    async call(method, path, body) {
      const response = await fetch(`${url}/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const reply = (await response.json()) as Record<string, unknown>;
      assert.equal(response.status, 200, JSON.stringify(reply));
      return reply;
    },
  };
  await cloud.start();
  return cloud;
}
