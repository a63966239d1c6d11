/** Reads where a step goes next. */
import type { Signal } from '../program.ts';
import { problem, type Context } from './context.ts';
import { expectString, type Fields } from './read-fields.ts';
import type { MapEntry } from './source.ts';
import { RESERVED_TARGETS } from './step-keys.ts';

/** The jump under `next`. */
export function readNext(fields: Fields, context: Context): Signal | undefined {
  const entry = fields.get('next');
  if (entry === undefined) return undefined;
  const name = expectString(entry.value, 'next', context);
  if (name === undefined) return undefined;
  const reserved = RESERVED_TARGETS.find((target) => target === name);
  if (reserved !== undefined) return reservedJump(reserved, entry, context);
  for (let frame = context.frame; frame !== undefined; frame = frame.outer) {
    const index = frame.indexes.get(name);
    if (index !== undefined) return { kind: 'jump', list: frame.list, index };
  }
  problem(context, entry.value.position, `'next' leads to step '${name}', which cannot be reached from here`);
  return undefined;
}

function reservedJump(target: (typeof RESERVED_TARGETS)[number], entry: MapEntry, context: Context): Signal {
  if (target === 'end' && context.parallelDepth > 0) {
    problem(context, entry.value.position, "'next: end' cannot stand in a parallel branch or iteration");
  }
  if (target !== 'end' && context.loop === 'none') {
    problem(context, entry.value.position, `'next: ${target}' must stand in a for loop`);
  }
  if (target === 'break' && context.loop === 'parallel-for') {
    problem(context, entry.value.position, "'next: break' cannot stand in a parallel for loop");
  }
  return { kind: target };
}
