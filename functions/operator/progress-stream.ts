// Owns telling progress over HTTP: one line of JSON for each step, then the result or the problem.
import type { Progress } from '#shared/catalog/operator/report.ts';
import { problemOfThrown } from '#shared/platform/problem-details.ts';
import { Readable } from 'node:stream';

/** The media type of a stream of JSON lines: https://github.com/ndjson/ndjson-spec */
export const NDJSON = 'application/x-ndjson';

/**
 * The lines of some work, the last being `{"kind":"report","report":…}` or `{"kind":"problem","problem":…}`. The work goes on
 * when nobody listens any more.
 */
export function progressStream(work: (tell: (progress: Progress) => void) => Promise<object>): Readable {
  const stream = new Readable({ read: () => undefined });
  const write = (line: object): void => {
    if (!stream.destroyed) stream.push(`${JSON.stringify(line)}\n`);
  };
  void work(write)
    .then(
      (report) => write({ kind: 'report', report }),
      (thrown: unknown) => write({ kind: 'problem', problem: problemOfThrown(thrown) }),
    )
    .finally(() => {
      if (!stream.destroyed) stream.push(null);
    });
  return stream;
}
