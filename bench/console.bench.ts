/** How long metadata takes to answer what a console asks every few seconds, of a platform with 1,800 event types. */
import { Agent, get } from 'node:http';
import { type ConsolePlatform, startPlatform } from './console-platform.ts';
import type { Benchmark, BenchOptions, Measurement, Opened } from './benchmark.ts';
import { median } from './benchmark.ts';

const TYPES = 1800;
/** The most that a table by hour can have: a day more than a year, and ten days. */
const HOURS = 400;
const LISTED = Array.from({ length: 50 }, (_, index) => `music.played_${index}`);

export const benchmark: Benchmark = {
  says: `${TYPES} event types by hour, as many pipelines by day, ${HOURS} hours of partitions each; one page asks, the p50 of a round`,
  maxMegabytes: 1200,
  measurements: [
    asked('endpoints', { path: '/v1/endpoints', goal: 20 }),
    asked('endpoints, to who has them', { path: '/v1/endpoints', keepsTag: true, goal: 20 }),
    asked('endpoints, after a partition of one has changed', { path: '/v1/endpoints', touches: true }),
    asked('counts', { path: '/v1/counts' }),
    asked('last runs', { path: '/v1/runs?limit=20' }),
    asked('newest partitions of 50 endpoints', { path: `/v1/partitions?last=48&endpoints=${LISTED.join()}` }),
  ],
};

/** All measurements look at one platform: laying it takes far longer than asking it. */
let platform: Promise<ConsolePlatform> | undefined;
let opened = 0;

interface Question {
  readonly path: string;
  /** Says what it has, as a page does. */
  readonly keepsTag?: boolean;
  /** Changes something before each time. */
  readonly touches?: boolean;
  readonly goal?: number;
}

function asked(name: string, question: Question): Measurement {
  const { goal } = question;
  return {
    name,
    unit: 'ms',
    better: 'less',
    ...(goal === undefined ? {} : { goal }),
    open: (options) => open(question, options),
  };
}

async function open({ path, keepsTag, touches }: Question, { roundMs }: BenchOptions): Promise<Opened> {
  opened += 1;
  const { url, ...laid } = await (platform ??= startPlatform(TYPES, HOURS));
  const agent = new Agent({ keepAlive: true });
  let tag: string | undefined;
  let times = 0;
  const ask = async (): Promise<number> => {
    times += 1;
    if (touches === true) await laid.touch(times);
    const startedMs = performance.now();
    const answered = await answer(agent, `${url}${path}`, keepsTag === true ? tag : undefined);
    tag = answered.tag;
    return performance.now() - startedMs;
  };
  await ask();
  return {
    async measure() {
      const took: number[] = [];
      const untilMs = performance.now() + roundMs;
      while (performance.now() < untilMs || took.length < 5) took.push(await ask());
      return {
        value: Math.round(median(took) * 10) / 10,
        peakMegabytes: { metadata: Math.round(process.memoryUsage.rss() / 1024 / 1024) },
        detail: { longest: Math.max(...took), asked: took.length },
      };
    },
    async close() {
      agent.destroy();
      opened -= 1;
      if (opened === 0) await laid.stop();
    },
  };
}

function answer(agent: Agent, url: string, tag: string | undefined): Promise<{ readonly tag: string | undefined }> {
  const headers = { 'accept-encoding': 'gzip', ...(tag === undefined ? {} : { 'if-none-match': tag }) };
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      response.on('end', () => resolve({ tag: response.headers.etag }));
      response.on('error', reject);
      response.resume();
    }).on('error', reject);
  });
}
