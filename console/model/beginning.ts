// Owns what is said while a platform is new: what the page shows already, and what comes next by itself.
import type { Counts, Endpoint } from '../api/types.ts';
import { formatCount } from './format.ts';

/** So long after its first event type was applied a platform is new. */
const NEW_MS = 3_600_000;

/** Whether one has to be told what one is looking at: the platform is new, and what it was begun with is not done. */
export function isBeginning(endpoints: readonly Endpoint[], { at, since, partitions }: Counts): boolean {
  if (since === undefined || Date.parse(at) - Date.parse(since) > NEW_MS) return false;
  const made = endpoints.filter(({ kind }) => kind === 'sql');
  return atWork(partitions) > 0 || made.every(({ freshness }) => freshness.latest === undefined);
}

/** What is said. */
export function beginningText({ events, partitions }: Counts): { readonly title: string; readonly text: string } {
  const [published, working] = [partitions.published ?? 0, atWork(partitions)];
  if (working > 0) {
    return {
      title: 'Partitions are being published.',
      text: `${formatCount(published)} of ${formatCount(published + working)} so far, the oldest first. What is made of them follows by itself.`,
    };
  }
  if (published > 0) return { title: 'Events are published.', text: 'What is made of them follows by itself.' };
  if (events.total > 0) {
    return {
      title: 'Events arrive.',
      text: 'What is personal was sealed before it was stored. A live hour is published after it has ended, imported history once all of it has landed.',
    };
  }
  return {
    title: 'Nothing has arrived yet.',
    text: 'Events show up here within seconds of being sent, and the partitions that they fill below.',
  };
}

function atWork({ waiting = 0, running = 0, committing = 0 }: Counts['partitions']): number {
  return waiting + running + committing;
}
