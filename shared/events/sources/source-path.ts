// Owns paths into what other clients send, as mapping files write them: `properties.track_id`, `traits["First Name"]`, `items[0].sku`.
import { member } from '../release.ts';

/** Steps from an event as sent to one of its values. */
export type SourcePath = readonly (string | number)[];

/** What a path may be, for messages. */
export const PATH_ALLOWED = 'a path such as properties.track_id, items[0].sku or traits["First Name"]';

const MAX_STEPS = 16;
const STEP = /(?:^|\.)([A-Za-z_$][A-Za-z0-9_$-]*)|\[(\d{1,4})\]|\["([^"\\]{1,200})"\]/y;

/** The steps of a path; undefined for a text that is none. */
export function parsePath(text: string): SourcePath | undefined {
  if (text.startsWith('.')) return undefined;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const [found, name, index, quoted] = STEP.exec(text) ?? [];
    if (found === undefined) return undefined;
    steps.push(index === undefined ? (name ?? quoted ?? '') : Number(index));
  }
  return steps.length > 0 && steps.length <= MAX_STEPS ? steps : undefined;
}

/** The value that a path leads to; undefined where it leads nowhere, and for null, which says the same. */
export function valueAt(value: unknown, path: SourcePath): unknown {
  let at = value;
  for (const step of path) at = member(at, step);
  return at ?? undefined;
}
