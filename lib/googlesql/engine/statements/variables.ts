/** Script variables: blocks within blocks, the innermost name counts. */

import type { TypedValue } from '../../duckdb/context.ts';
import { failure } from '../failure.ts';
import { valueBytes } from '../storage/value-bytes.ts';

/** Largest value of a variable. Source: BigQuery quotas, "Multi-statement query limits". */
const MAX_VARIABLE_BYTES = 1024 * 1024;

export class Variables {
  #frames: Map<string, TypedValue>[] = [new Map()];
  #visible: ReadonlyMap<string, TypedValue> | undefined;

  /** All that can be named now, by lower-case name. */
  visible(): ReadonlyMap<string, TypedValue> {
    this.#visible ??= new Map(this.#frames.flatMap((frame) => [...frame]));
    return this.#visible;
  }

  /** Declares a name in the current block; false when the block already has it. */
  declare(name: string, value: TypedValue): boolean {
    checkSize(name, value);
    const lower = name.toLowerCase();
    const frame = this.#frames.at(-1);
    if (frame === undefined || frame.has(lower)) return false;
    frame.set(lower, value);
    this.#visible = undefined;
    return true;
  }

  find(name: string): TypedValue | undefined {
    return this.visible().get(name.toLowerCase());
  }

  /** Gives the innermost variable of the name another value. */
  set(name: string, value: TypedValue): void {
    checkSize(name, value);
    const lower = name.toLowerCase();
    this.#frames.findLast((frame) => frame.has(lower))?.set(lower, value);
    this.#visible = undefined;
  }

  /** Runs inside a block of its own. */
  async inBlock<T>(work: () => Promise<T>): Promise<T> {
    const outer = this.#frames;
    this.#frames = [...outer, new Map()];
    this.#visible = undefined;
    try {
      return await work();
    } finally {
      this.#frames = outer;
      this.#visible = undefined;
    }
  }
}

function checkSize(name: string, { value }: TypedValue): void {
  if (valueBytes(value) <= MAX_VARIABLE_BYTES) return;
  throw failure(
    'resourcesExceeded',
    `Resources exceeded during query execution: The value of variable ${name} exceeds the maximum size of 1 MB`,
  );
}
