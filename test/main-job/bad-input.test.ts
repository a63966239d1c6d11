// What people get wrong: one clear answer each, with the place and the next step, and nothing starts half.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestPlatform } from './platform.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('broken YAML and SQL: every problem with file, line and column and a hint, exit 1', async () => {
  const platform = await createTestPlatform();
  const root = mkdtempSync(join(tmpdir(), 'tributary-broken-'));
  try {
    for (const folder of ['events', 'sql', 'platform'])
      cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
    mkdirSync(join(root, 'events', 'shop'));
    writeFileSync(join(root, 'events', 'shop', 'Bought.yaml'), 'description: x\nowner: [unclosed\n');
    writeFileSync(
      join(root, 'sql', 'web', 'daily_requests', 'query.sql'),
      'SELECT\n  DATE(hour) AS day,\n  COUNT(* AS requests\nFROM web.page_requested',
    );
    const { exitCode, stdout, stderr } = await platform.trib('compile', '--root', root);
    const said = stdout + stderr;
    assert.equal(exitCode, 1, said);
    assert.match(said, /events\/shop\/Bought\.yaml:\d+:\d+/);
    assert.match(said, /sql\/web\/daily_requests\/query\.sql:3:\d+/);
  } finally {
    rmSync(root, { recursive: true, force: true });
    await platform.remove();
  }
});

test('a taken port is one clear line that names it, and nothing is left running', async () => {
  const platform = await createTestPlatform();
  const server = createServer().listen(platform.basePort + 1, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { exitCode, stdout, stderr } = await platform.trib('up', '--detach', '--port', String(platform.basePort));
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`port_taken: Port ${platform.basePort + 1} is taken`));
    assert.match(stderr, /--port/);
  } finally {
    server.close();
    await platform.remove();
  }
});

test('a data folder in use is one clear line that says by whom', async () => {
  const platform = await createTestPlatform();
  try {
    await platform.up();
    const { exitCode, stderr } = await platform.trib('up', '--detach', '--port', String(platform.basePort + 100));
    assert.equal(exitCode, 1);
    assert.match(stderr, /already_running/);
  } finally {
    await platform.remove();
  }
});
