// Owns waiting for what other processes, threads and sockets bring about by themselves.
import assert from 'node:assert/strict';

const LOOK_EVERY_MS = 500;
const LOOK_OFTEN_MS = 5;
const SOON_MS = 10_000;

/** Asks until the answer passes or the time is up, and gives the last answer. What fails is asked again. */
export async function eventually<T>(
  ask: () => Promise<T>,
  passes: (answer: T) => boolean,
  withinMs: number,
): Promise<T | undefined> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if ((answer !== undefined && passes(answer)) || Date.now() > deadline) return answer;
    await pause(LOOK_EVERY_MS);
  }
}

/** Resolves once `condition` holds; fails loudly if it never does. For what is a matter of moments. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  { withinMs = SOON_MS, everyMs = LOOK_OFTEN_MS }: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) assert.fail(`waited in vain: ${what}`);
    await pause(everyMs);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
