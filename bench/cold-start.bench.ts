/**
 * How long the first event waits for an instance of collect that is not there yet: from the start of its process to the verdict, with
 * its keys opened and the event durable, against a cloud on the same cores. As Google runs it (unzipped, its build run, no sources)
 * and from sources.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions } from '#cli/bundle/build-functions.ts';
import { SECRET } from '#test/functions/collect/test-app.ts';
import { buildImage, IMAGE_START } from '#test/functions/function-image.ts';
import type { Benchmark, Measurement, Sample } from './benchmark.ts';
import { batchBody } from './collect-batch-body.ts';
import { type LaidCloud, startFramework, startFunction, startLaidCloud } from './collect-over-http.ts';
import type { Measured } from './processes.ts';

const [PORT, CLOUD_PORT] = [18_480, 18_482];
const GIVE_UP_MS = 20_000;
const LOOK_EVERY_MS = 2;
const SOURCES = 'from sources, first event';

/** What is asked of the new instance. */
interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: () => Buffer;
}

let [events, users] = [0, 0];
const FIRST_EVENT: Question = {
  method: 'POST',
  path: '/v1/events',
  body() {
    const { bytes, stamp } = batchBody(1);
    stamp((events += 1), (users += 1));
    return bytes;
  },
};
const ANYTHING: Question = { method: 'GET', path: '/openapi.json' };

/** The status, or undefined while nobody listens. */
function ask({ method, path, body }: Question): Promise<number | undefined> {
  const bytes = body?.();
  const headers = { authorization: `Bearer ${SECRET}`, 'content-length': bytes?.length ?? 0 };
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port: PORT, method, path, headers, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    asked.once('error', () => resolve(undefined));
    asked.end(bytes);
  });
}

async function coldStart(launch: () => Measured, question: Question): Promise<Sample> {
  const startedMs = performance.now();
  const instance = launch();
  try {
    let status = await ask(question);
    while (status === undefined && performance.now() - startedMs < GIVE_UP_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      status = await ask(question);
    }
    const value = Math.round(performance.now() - startedMs);
    if (status !== 200) throw new Error(`the first answer was ${status}`);
    const cpuMs = Math.round(instance.cpuSeconds() * 1000);
    return { value, peakMegabytes: { collect: instance.peakMegabytes() }, detail: { cpuMs } };
  } finally {
    await instance.stop();
  }
}

type Kind = 'bundled' | 'sources';

function measurement(name: string, kind: Kind, question: Question): Measurement {
  return {
    name,
    unit: 'ms',
    better: 'less',
    ...(kind === 'bundled' && question === FIRST_EVENT ? { goal: 400 } : {}),
    ...(kind === 'bundled' ? { baseline: SOURCES } : {}),
    async open() {
      const laid = await lend();
      const image = kind === 'bundled' ? await imageOfCollect() : undefined;
      const launch = (): Measured =>
        image === undefined
          ? startFunction('functions/collect/index.ts', PORT, laid.environment)
          : startFramework([join(image.folder, IMAGE_START), `--source=${image.folder}`], PORT, laid.environment);
      // What is there once for a project, such as the pepper, is made by the first instance ever.
      await coldStart(launch, FIRST_EVENT);
      return {
        measure: () => coldStart(launch, question),
        async close() {
          image?.remove();
          await giveBack();
        },
      };
    },
  };
}

let lent: Promise<LaidCloud> | undefined;
let borrowers = 0;

/** One cloud for all. */
function lend(): Promise<LaidCloud> {
  borrowers += 1;
  return (lent ??= startLaidCloud(CLOUD_PORT));
}

async function giveBack(): Promise<void> {
  borrowers -= 1;
  if (borrowers === 0) await (await lent)?.stop();
}

async function imageOfCollect(): ReturnType<typeof buildImage> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  try {
    await buildFunctions(folder, ['collect']);
    return await buildImage(join(folder, 'collect.zip'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const benchmark: Benchmark = {
  says: 'from the start of the process of collect to its first answer; the local cloud is on the same cores',
  measurements: [
    measurement(SOURCES, 'sources', FIRST_EVENT),
    measurement('bundled, first event', 'bundled', FIRST_EVENT),
    // Answered before the keys are open.
    measurement('bundled, first answer', 'bundled', ANYTHING),
  ],
};
