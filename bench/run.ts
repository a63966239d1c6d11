/**
 * The one runner: `npm run bench [-- NAME…] [--rounds 5] [--ms 4000] [--json]`. Measurements of a benchmark are open side by side and
 * measured in turn, so that whatever else the machine does meets all of them; medians and ratios are the message.
 */
import { globSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type Benchmark, median, type Measurement, type Opened, type Sample } from './benchmark.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '4000' },
    json: { type: 'boolean', default: false },
  },
});
const ROUNDS = Number(values.rounds);
const OPTIONS = { roundMs: Number(values.ms) };

/** What one measurement came to. */
interface Result {
  readonly benchmark: string;
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly values: readonly number[];
  /** Of the medians; undefined without a baseline. */
  readonly ofBaseline: number | undefined;
  readonly goal: number | undefined;
  readonly reached: boolean;
  /** Processes that took more memory than they may. */
  readonly tooLarge: readonly string[];
  readonly peakMegabytes: Readonly<Record<string, number>>;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly load: number;
}

const talk = (line: string): boolean => process.stderr.write(`${line}\n`);

async function runBenchmark(name: string, benchmark: Benchmark): Promise<readonly Result[]> {
  talk(`\n${name}: ${benchmark.says}`);
  const opened = new Map<Measurement, Opened>();
  const samples = new Map<Measurement, Sample[]>(benchmark.measurements.map((measurement) => [measurement, []]));
  try {
    for (const measurement of benchmark.measurements) opened.set(measurement, await measurement.open(OPTIONS));
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const [measurement, measured] of opened) {
        const sample = await measured.measure(round);
        samples.get(measurement)?.push(sample);
        const value = `${number(sample.value)} ${measurement.unit}`;
        talk(`  ${round}/${ROUNDS} ${measurement.name}: ${value}, load ${load()}${explained(sample)}`);
      }
    }
  } finally {
    for (const measured of opened.values()) await measured.close();
  }
  return benchmark.measurements.map((measurement) => resultOf(name, benchmark, measurement, samples));
}

function resultOf(
  benchmark: string,
  { maxMegabytes = Infinity, measurements }: Benchmark,
  measurement: Measurement,
  all: ReadonlyMap<Measurement, readonly Sample[]>,
): Result {
  const { name, unit, better, baseline, timesBaseline } = measurement;
  const samples = all.get(measurement) ?? [];
  const middle = median(samples.map(({ value }) => value));
  const base = measurements.find((other) => other.name === baseline);
  const ofBase = base === undefined ? undefined : median((all.get(base) ?? []).map(({ value }) => value));
  const inTheMiddle = samples.find(({ value }) => value === middle);
  const peakMegabytes = samples.at(-1)?.peakMegabytes ?? {};
  const goal = timesBaseline === undefined || ofBase === undefined ? measurement.goal : ofBase * timesBaseline;
  const fast = goal === undefined || (better === 'more' ? middle >= goal : middle <= goal);
  return {
    benchmark,
    name,
    unit,
    median: middle,
    values: samples.map(({ value }) => value),
    ofBaseline: ofBase === undefined ? undefined : middle / ofBase,
    goal,
    reached: fast,
    tooLarge: Object.keys(peakMegabytes).filter((process) => (peakMegabytes[process] ?? 0) > maxMegabytes),
    peakMegabytes,
    detail: inTheMiddle?.detail ?? {},
    load: load(),
  };
}

function explained({ detail, peakMegabytes }: Sample): string {
  const more = { ...detail, ...(peakMegabytes === undefined ? {} : { peakMegabytes }) };
  return Object.keys(more).length === 0 ? '' : `  ${JSON.stringify(more)}`;
}

function row(result: Result): string {
  const { name, unit, values: all, ofBaseline, goal, reached, tooLarge, peakMegabytes, detail } = result;
  const range = `${number(Math.min(...all))} to ${number(Math.max(...all))}`;
  const cells = [
    `  ${name.padEnd(24)} ${number(result.median).padStart(9)} ${unit.padEnd(9)} (${range})`,
    ofBaseline === undefined ? '' : `${(ofBaseline * 100).toFixed(0)} % of the baseline`,
    goal === undefined ? '' : `goal ${number(goal)}: ${reached ? 'reached' : 'MISSED'}`,
    tooLarge.length === 0 ? '' : `TOO MUCH MEMORY: ${tooLarge.join(', ')}`,
    Object.entries(peakMegabytes)
      .map(([process, megabytes]) => `${process} ${megabytes} MB`)
      .join(', '),
    Object.keys(detail).length === 0 ? '' : JSON.stringify(detail),
  ];
  return cells.filter((cell) => cell !== '').join('  ·  ');
}

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/** Of the last minute: what else the machine does is in it. */
function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}

const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  loadBefore: load(),
};
talk(
  `${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, Linux ${machine.kernel}, Node ${machine.node}`,
);

const files = globSync('*.bench.ts', { cwd: import.meta.dirname }).toSorted();
const chosen = files.filter((file) => positionals.length === 0 || positionals.includes(basename(file, '.bench.ts')));
if (chosen.length === 0) {
  talk(`no benchmark of that name; there are: ${files.map((file) => basename(file, '.bench.ts')).join(', ')}`);
  process.exit(2);
}
const results: Result[] = [];
for (const file of chosen) {
  const { benchmark } = (await import(`./${file}`)) as { readonly benchmark: Benchmark };
  results.push(...(await runBenchmark(basename(file, '.bench.ts'), benchmark)));
}
if (values.json) process.stdout.write(`${JSON.stringify({ machine, results }, null, 2)}\n`);
else {
  process.stdout.write(
    `\nmedians of ${ROUNDS} on ${machine.cores} cores, load ${machine.loadBefore} before and ${load()} after\n`,
  );
  for (const result of results) process.stdout.write(`${row(result)}\n`);
}
process.exit(results.every(({ reached, tooLarge }) => reached && tooLarge.length === 0) ? 0 : 1);
