// Owns `trib erase --from FILE`: many erasures, asked for side by side, each waited for where that is wanted.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { createProgressLine, printJson } from '../output/streams.ts';

/** What became of one line: the number of the line stands for the user, who is named nowhere else. */
export interface LineOutcome {
  readonly line: number;
  readonly id?: string;
  readonly state?: string;
  readonly code?: string;
}

const AT_ONCE = 16;

/**
 * Erases every user of a file, one id a line; empty lines are left out. Prints one line of JSON for each, and the counts last.
 * Whoever runs it again with the same file joins what is under way.
 * @throws PlatformError unreadable_file, or the first failure once all lines were tried
 */
export async function eraseMany(
  file: string,
  erase: (userId: string) => Promise<{ readonly id: string; readonly state: string }>,
): Promise<void> {
  const progress = createProgressLine();
  const lines = numbered(file);
  let [done, failed] = [0, 0];
  let first: PlatformError | undefined;
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = await lines.next().catch((cause: unknown) => {
        throw new PlatformError('unreadable_file', { message: `The file cannot be read: ${file}.`, cause });
      });
      if (next.done === true) return;
      const { line, userId } = next.value;
      try {
        const { id, state } = await erase(userId);
        done += 1;
        printJson({ line, id, state } satisfies LineOutcome);
      } catch (thrown) {
        if (!(thrown instanceof PlatformError)) throw thrown;
        failed += 1;
        first ??= thrown;
        printJson({ line, code: thrown.code } satisfies LineOutcome);
      }
      progress.update(`${done} erasures, ${failed} failed`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  progress.done(`${done} erasures, ${failed} failed`);
  printJson({ erasures: done, failed });
  if (first !== undefined) throw first;
}

async function* numbered(file: string): AsyncGenerator<{ readonly line: number; readonly userId: string }> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    line += 1;
    const userId = text.trim();
    if (userId !== '') yield { line, userId };
  }
}
