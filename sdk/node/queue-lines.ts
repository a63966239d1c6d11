// Owns the lines of a queue's file: what each says, and what a file that a crash cut short still holds.
import type { QueuedEvent } from '../core/effects.ts';

/** One line for what one write changed. */
export function lineOf(added: readonly QueuedEvent[], removed: readonly string[]): string {
  return `${JSON.stringify({ added, removed })}\n`;
}

/** The events that are in the queue after all lines. A line that is not whole was never acknowledged and is passed over. */
export function readLines(text: string): Map<string, QueuedEvent> {
  const events = new Map<string, QueuedEvent>();
  for (const line of text.split('\n')) {
    const change = parseLine(line);
    for (const event of change?.added ?? []) events.set(event.id, event);
    for (const id of change?.removed ?? []) events.delete(id);
  }
  return events;
}

function parseLine(
  line: string,
): { readonly added: readonly QueuedEvent[]; readonly removed: readonly string[] } | undefined {
  try {
    // Only `lineOf` writes lines, and none of them is the beginning of another.
    return JSON.parse(line) as ReturnType<typeof parseLine>;
  } catch {
    return undefined; // cut short, or overwritten by the file system after a loss of power
  }
}
