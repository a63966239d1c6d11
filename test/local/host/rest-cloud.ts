/** A local cloud in a process of its own with a data folder that goes with the test, and its REST side. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { startCloudProcess } from '#test/local/cloud-process.ts';

export interface RestCloud {
  /** Ends it without a chance to do anything, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same data folder. */
  start(): Promise<void>;
  /** Calls its REST side; rejects when it dies before the whole reply was there. */
  call(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
}

export async function startRestCloud(): Promise<RestCloud> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-process-'));
  let running = await startCloudProcess(dataDir);
  after(async () => {
    await running.kill();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    kill: () => running.kill(),
    async start() {
      running = await startCloudProcess(dataDir);
    },
    async call(method, path, body) {
      const response = await fetch(`${running.url}/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const reply = (await response.json()) as Record<string, unknown>;
      assert.equal(response.status, 200, JSON.stringify(reply));
      return reply;
    },
  };
}
