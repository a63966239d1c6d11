/** How much memory collect holds, measured after the garbage is gone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CollectWorld } from './world.ts';

/** What no amount of requests may leave behind, and none may take while it is dealt with. */
export const MAX_GROWTH_BYTES = 32 * 1024 * 1024;

setFlagsFromString('--expose-gc');
export const collectGarbage = runInNewContext('gc') as () => void;

export function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** By how much what is held has grown after so many rounds of sending; a first round, which warms everything up, does not count. */
export async function growthBytes(world: CollectWorld, rounds: number, send: () => Promise<void>): Promise<number> {
  const round = async (): Promise<void> => {
    await send();
    await world.advance(1000);
    world.published.length = 0;
    world.logged.length = 0;
  };
  await round();
  const before = await settledBytes();
  for (let times = 0; times < rounds; times += 1) await round();
  return (await settledBytes()) - before;
}

/** What is held once what was closed is gone: streams are freed after they are closed, not at once. */
async function settledBytes(): Promise<number> {
  for (let times = 0; times < 5; times += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return heldBytes();
}
