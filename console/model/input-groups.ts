// Owns telling what a partition is made of in few lines: inputs of one endpoint that stand alike are told together.
import type { InputPin, MissingInput } from '../api/types.ts';

/** Neighbours in a list that have the endpoint and what is said of them in common. */
export interface InputGroup {
  readonly endpoint: string;
  /** `generation 2`, `running`, `nothing published` */
  readonly says: string;
  /** Of the first and the last; none when any partition would do. */
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly count: number;
}

/** What a run reads, or has read. */
export function pinGroups(pins: readonly InputPin[]): readonly InputGroup[] {
  return grouped(pins.map(({ endpoint, key, generation }) => [endpoint, key, `generation ${generation}`]));
}

/** What is waited for. */
export function missingGroups(missing: readonly MissingInput[]): readonly InputGroup[] {
  return grouped(
    missing.map(({ endpoint, key, state }) => [endpoint, key, state === 'absent' ? 'nothing published' : state]),
  );
}

function grouped(
  inputs: readonly (readonly [endpoint: string, key: string | undefined, says: string])[],
): readonly InputGroup[] {
  const groups: InputGroup[] = [];
  for (const [endpoint, key, says] of inputs) {
    const before = groups.at(-1);
    if (before !== undefined && before.endpoint === endpoint && before.says === says)
      groups[groups.length - 1] = { ...before, last: key, count: before.count + 1 };
    else groups.push({ endpoint, says, first: key, last: key, count: 1 });
  }
  return groups;
}
