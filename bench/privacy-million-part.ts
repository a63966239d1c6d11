/** Makes and moves a million keyrings in the memory of this process: for each line on stdin, `make` or `move`, a line of JSON. */
import { createInterface } from 'node:readline';
import { EpochKeys, openEpoch } from '#shared/privacy/keys/epoch-keys.ts';
import { rewrapKeyring } from '#shared/privacy/keys/keyring-rewrap.ts';
import { newWorld } from '#test/shared/privacy/world.ts';
import type { Sample } from './benchmark.ts';
import { makeKeyrings } from './privacy-make.ts';

/** Five rounds make a million. */
const KEYRINGS_A_ROUND = 200_000;
const AT_ONCE = 64;

const world = await newWorld();
let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const sample = await (line === 'move' ? move() : make());
  process.stdout.write(`${JSON.stringify(sample)}\n`);
}

async function make(): Promise<Sample> {
  const keyrings = world.process();
  const taken = stopwatch();
  await makeKeyrings(keyrings, count, KEYRINGS_A_ROUND);
  const sample = taken(KEYRINGS_A_ROUND);
  keyrings.close();
  count += KEYRINGS_A_ROUND;
  return { ...sample, detail: { keyrings: count, ...sample.detail } };
}

/** Moves all that there are. */
async function move(): Promise<Sample> {
  const { epochStore: store, wrapper, clock, store: keyrings } = world;
  const from = await new EpochKeys({ store, wrapper, clock }).current();
  clock.nowMs += 86_400_000;
  await openEpoch({ store, wrapper, clock }, from.id);
  const to = await new EpochKeys({ store, wrapper, clock }).current();
  const taken = stopwatch();
  let moved = 0;
  let batch: Promise<unknown>[] = [];
  for await (const lookupId of keyrings.names('')) {
    batch.push(rewrapKeyring(keyrings, lookupId, from, to).then((outcome) => (moved += outcome === 'moved' ? 1 : 0)));
    if (batch.length < AT_ONCE) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  if (moved !== count) throw new Error(`${moved} of ${count} keyrings were moved`);
  const sample = taken(moved);
  return { ...sample, detail: { keyrings: moved, ...sample.detail } };
}

/** So many a second of this process's processor, so that whatever else the machine does is not in it; by the clock in the detail. */
function stopwatch(): (done: number) => Sample {
  const begin = process.cpuUsage();
  const beganMs = performance.now();
  return (done) => {
    const { user, system } = process.cpuUsage(begin);
    return {
      value: done / ((user + system) / 1e6),
      detail: { aSecondByTheClock: Math.round((done * 1000) / (performance.now() - beganMs)) },
      // The store of all keyrings is in it.
      peakMegabytes: { keyrings: Math.round(process.resourceUsage().maxRSS / 1024) },
    };
  };
}
