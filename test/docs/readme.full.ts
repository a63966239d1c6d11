// The README as a stranger follows it: every command, in order, on a platform of its own.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { createTestPlatform, type TestPlatform } from '#test/main-job/platform.ts';
import { page, ROOT } from './pages.ts';

/** Commands of one fenced block, and what the README says the last of them prints. */
interface Block {
  readonly commands: readonly string[];
  readonly output: string | undefined;
}

/** What installs, and so cannot be run by a test of what is installed: the part behind is run where it is not this test itself. */
const INSTALL = /^npm ci && (npm start|npm test)$/;
const START_MS = 60_000;

const blocks = blocksOf(page('README.md').text);
const tour = blocks.filter(({ commands }) => !commands.some((command) => INSTALL.test(command)));

test('the README has two commands to begin with, and a tour', () => {
  const first = blocks.flatMap(({ commands }) => commands).filter((command) => INSTALL.test(command));
  assert.deepEqual(first, ['npm ci && npm start', 'npm ci && npm test']);
  assert.ok(tour.flatMap(({ commands }) => commands).length >= 15);
});

test('npm start is ready in a moment, and Ctrl-C ends all of it', async () => {
  const platform = await preparedPlatform();
  try {
    const child = spawn('npm', ['start'], {
      cwd: ROOT,
      env: environmentOf(platform),
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const ready = await readyLine(child);
    assert.ok(ready.includes('"ready":true'), ready);
    assert.ok((await platform.processes()).some(({ name }) => name === 'demo'));
    // As a terminal does: to the whole group.
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await once(child, 'exit');
    assert.deepEqual(await platform.processes(), []);
  } finally {
    await platform.remove();
  }
});

test('every command of the tour does what the README says', async (t) => {
  const platform = await preparedPlatform();
  try {
    for (const { commands, output } of tour) {
      let last = '';
      for (const command of commands) {
        await t.test(command, async () => {
          const { exitCode, stdout, stderr } = await shell(command, platform);
          assert.equal(exitCode, 0, `${command}\n${stdout}${stderr}`);
          last = stdout;
        });
      }
      if (output !== undefined) assert.equal(last.trim(), output.trim(), commands.at(-1));
    }
    assert.deepEqual(await platform.processes(), [], 'the tour ends with nothing running');
  } finally {
    await platform.remove();
  }
});

function blocksOf(markdown: string): readonly Block[] {
  const fenced = /^```sh\n(?<commands>.*?)^```\n(?:\n```text\n(?<output>.*?)^```)?/gms;
  return [...markdown.matchAll(fenced)].map(({ groups }) => ({
    commands: (groups?.['commands'] ?? '').split('\n').filter((line) => line !== ''),
    output: groups?.['output'],
  }));
}

/** One whose data folder knows its ports, so that commands need not name them. */
async function preparedPlatform(): Promise<TestPlatform> {
  const platform = await createTestPlatform();
  await platform.up();
  await platform.trib('down');
  return platform;
}

function environmentOf({ dataFolder }: TestPlatform): NodeJS.ProcessEnv {
  return { ...process.env, TRIBUTARY_DATA: dataFolder };
}

function shell(
  command: string,
  platform: TestPlatform,
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], { cwd: ROOT, env: environmentOf(platform) }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

async function readyLine(child: ReturnType<typeof spawn>): Promise<string> {
  assert.ok(child.stdout !== null);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    clearTimeout(timer);
    return line;
  }
  throw new Error('npm start ended without a ready line');
}
