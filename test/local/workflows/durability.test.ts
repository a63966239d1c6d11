import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CloudProcess, startCloudProcess } from '#test/local/cloud-process.ts';

const LOCATION = 'projects/p/locations/l';

/** Starts a cloud that ends with the test, should the test not end it. */
async function startCloud(dataDir: string): Promise<CloudProcess> {
  const cloud = await startCloudProcess(dataDir);
  after(() => cloud.kill());
  return cloud;
}

async function call(
  cloud: CloudProcess,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${cloud.url}/v1/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reply = (await response.json()) as Record<string, unknown>;
  assert.equal(response.status, 200, JSON.stringify(reply));
  return reply;
}

/** A server that counts what it was asked for, and answers when it is let. */
async function startGate(): Promise<{
  url: string;
  asked: string[];
  open: (path: string) => void;
  reached: (path: string) => Promise<void>;
}> {
  const asked: string[] = [];
  const opened = new Set<string>();
  const waiting: (() => void)[] = [];
  const change = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    change();
    const answer = async (): Promise<void> => {
      await until(() => opened.has(path));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ n: asked.length }));
    };
    void answer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    open(path) {
      opened.add(path);
      change();
    },
    reached: (path) => until(() => asked.includes(path)),
  };
}

test('an execution outlives kill -9: what was answered is not asked again, what was under way is', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-workflows-'));
  after(() => rmSync(dataDir, { recursive: true, force: true }));
  const gate = await startGate();
  gate.open('/first');
  const sourceContents = `
- id:
    assign:
      - id: \${uuid.generate()}
- first:
    call: http.get
    args: {url: "${gate.url}/first"}
- all:
    parallel:
      branches:
        - left:
            steps:
              - l:
                  call: http.get
                  args: {url: "${gate.url}/left"}
        - right:
            steps:
              - r:
                  call: http.get
                  args: {url: "${gate.url}/right"}
- last:
    call: http.get
    args: {url: "\${\\"${gate.url}/last?\\" + id}"}
- again:
    call: http.get
    args: {url: "\${\\"${gate.url}/again?\\" + id}"}
- answer:
    return: \${id}`;

  const first = await startCloud(dataDir);
  await call(first, 'POST', `${LOCATION}/workflows?workflowId=w`, { sourceContents });
  const { name } = (await call(first, 'POST', `${LOCATION}/workflows/w/executions`, {})) as { name: string };
  await Promise.all([gate.reached('/left'), gate.reached('/right')]);
  gate.open('/left');
  await untilJournalled(dataDir, 3);
  await first.kill();
  assert.deepEqual(gate.asked, ['/first', ...gate.asked.slice(1, 3)]);

  const second = await startCloud(dataDir);
  gate.open('/right');
  while (!gate.asked.some((path) => path.startsWith('/last'))) await new Promise((resolve) => setImmediate(resolve));
  const last = gate.asked.find((path) => path.startsWith('/last'))!;
  await second.kill();

  const third = await startCloud(dataDir);
  gate.open(last);
  gate.open(last.replace('/last', '/again'));
  for (;;) {
    const execution = await call(third, 'GET', name);
    if (execution['state'] !== 'ACTIVE') {
      assert.equal(execution['state'], 'SUCCEEDED', JSON.stringify(execution));
      assert.equal(execution['result'], JSON.stringify(last.split('?')[1]));
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const times = (path: string): number => gate.asked.filter((asked) => asked === path).length;
  assert.equal(times('/first'), 1);
  assert.equal(times('/left'), 1);
  assert.equal(times('/right'), 2);
  assert.equal(times(last), 2);
  assert.equal(times(last.replace('/last', '/again')), 1);
  await third.kill();
});

async function untilJournalled(dataDir: string, entries: number): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(join(dataDir, 'workflows.db'), { readOnly: true });
  for (;;) {
    const row = database.prepare('SELECT count(*) AS count FROM journal').get();
    if (Number(row?.['count']) >= entries) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  database.close();
}
