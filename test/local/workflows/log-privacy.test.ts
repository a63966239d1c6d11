import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { frozenClock } from '#local/primitives/clock.ts';
import { createLog } from '#local/primitives/log.ts';
import { TEST_NOW_MS } from '#test/local/cloud-harness.ts';

const PERSON = 'ada.lovelace@example.com';

test('what a workflow logs stays out of the log of the cloud: only its severity and size are told', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-cloud-'));
  const lines: string[] = [];
  const log = createLog('DEBUG', (line) => lines.push(line));
  const { startCloud } = await import('#local/cloud.ts');
  const cloud = await startCloud({ dataDir, port: 0, projectId: 'p', log, clock: frozenClock(TEST_NOW_MS) });
  const base = `${cloud.url}/v1/projects/p/locations/l/workflows`;
  const source = `main:\n  steps:\n    - say: {call: sys.log, args: {text: "${PERSON}", severity: WARNING}}\n`;
  await post(`${base}?workflowId=told`, { sourceContents: source });
  const { name } = (await post(`${base}/told/executions`, {})) as { name: string };
  for (let state = 'ACTIVE'; state !== 'SUCCEEDED';) {
    ({ state } = (await (await fetch(`${cloud.url}/v1/${name}`)).json()) as { state: string });
    assert.notEqual(state, 'FAILED');
  }
  await cloud.stop();
  rmSync(dataDir, { recursive: true });

  const entry = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find(({ execution }) => execution);
  assert.deepEqual([entry?.['severity'], entry?.['bytes']], ['WARNING', PERSON.length]);
  assert.ok(!lines.join('').includes('ada'), lines.join(''));
});

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const json: unknown = await response.json();
  assert.ok(response.ok, JSON.stringify(json));
  return json;
}
