/** A local cloud of its own and, beside it, a process that measures one part of privacy on it: a line in, a line of JSON out. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CLOUD_HEAP } from '#cli/up/heap.ts';
import type { Opened, Sample } from './benchmark.ts';
import { type Measured, start } from './processes.ts';

const ROOT = join(import.meta.dirname, '..');
const PROJECT = 'bench-project';

/** Opens a part of `privacy-cloud-part.ts`. Each has a cloud of its own, so that what one leaves behind slows no other. */
export function openCloudPart(part: 'make' | 'move' | 'erase' | 'erase-many'): Promise<Opened> {
  return openPart('privacy-cloud-part.ts', part);
}

/** Opens a part of `privacy-reveal-part.ts`. */
export function openRevealPart(part: 'in-process' | 'warm' | 'cold'): Promise<Opened> {
  return openPart('privacy-reveal-part.ts', part);
}

async function openPart(file: string, part: string): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  const cloud = start([
    ...CLOUD_HEAP,
    join(ROOT, 'local/main.ts'),
    `--data=${folder}`,
    '--port=0',
    `--project=${PROJECT}`,
  ]);
  const { environment } = JSON.parse(await cloud.firstLine) as { environment: Record<string, string> };
  const env = { PATH: process.env['PATH'] ?? '', ...environment, GOOGLE_CLOUD_PROJECT: PROJECT };
  const { ask, end } = askedProcess(file, [part], env);
  return {
    async measure(round) {
      const before = cloud.cpuSeconds();
      const sample = (await ask(String(round))) as Sample & { readonly seconds: number };
      return { value: sample.value, detail: { ...sample.detail, ...loadOf(cloud, before, sample.seconds) } };
    },
    async close() {
      await end();
      await cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A process that answers each line with a sample. */
export interface Asked {
  readonly ask: (line: string) => Promise<Sample>;
  readonly end: () => Promise<void>;
}

/** The process of `privacy-million-part.ts`: alone, so that no other measurement clears up after a million keyrings. */
export function openMillion(): Asked {
  return askedProcess('privacy-million-part.ts', [], { PATH: process.env['PATH'] ?? '' });
}

function askedProcess(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Asked {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${file} ${args.join(' ')} ended`);
      return JSON.parse(value) as Sample;
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

/** How much of one core the cloud used meanwhile: near 1 it is what holds everybody up. */
function loadOf(cloud: Measured, before: number, seconds: number): Readonly<Record<string, number>> {
  return { cloudCores: Math.round(((cloud.cpuSeconds() - before) / seconds) * 100) / 100 };
}
