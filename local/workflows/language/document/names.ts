/** The variables of a routine while it is compiled: which scope declares which name, and where a use of it leads. */
import type { Position } from '../problems.ts';
import type { Place, Reference } from '../program.ts';

/** A scope as the source shows it; at run time each call, iteration or branch has one of its own. */
export interface NameScope {
  readonly parent: NameScope | undefined;
  readonly slots: Map<string, number>;
  /** Names that a branch may write outside of itself; undefined for scopes that are no branch of a `parallel` step. */
  readonly shared: ReadonlySet<string> | undefined;
}

export function createScope(parent?: NameScope, shared?: ReadonlySet<string>): NameScope {
  return { parent, slots: new Map(), shared };
}

/** The slot of a name in this very scope, made when it is new. */
export function declareName(scope: NameScope, name: string): number {
  const known = scope.slots.get(name);
  if (known !== undefined) return known;
  const slot = scope.slots.size;
  scope.slots.set(name, slot);
  return slot;
}

/** A use of a name whose places are filled in once all of the routine has been read. */
export interface PendingUse {
  readonly reference: Reference & { readonly places: Place[] };
  readonly scope: NameScope;
  readonly use: 'read' | 'write';
  readonly position: Position;
  readonly step: string | undefined;
  /** False when there is another meaning for a name that is no variable. */
  readonly mustExist: boolean;
}

/** What a use came to: fine, unknown, or written in a branch without being shared. */
export type ResolvedUse = 'found' | 'unknown' | 'not-shared';

/** Fills in the places of a use, innermost first. */
export function resolveUse(pending: PendingUse): ResolvedUse {
  const { name, places } = pending.reference;
  let outcome: ResolvedUse = 'found';
  let up = 0;
  let barred = false;
  for (let scope: NameScope | undefined = pending.scope; scope !== undefined; scope = scope.parent) {
    const slot = scope.slots.get(name);
    if (slot !== undefined && barred) outcome = 'not-shared';
    if (slot !== undefined && !barred) places.push({ up, slot });
    if (scope.shared !== undefined && pending.use === 'write' && !scope.shared.has(name)) barred = true;
    up += 1;
  }
  return places.length === 0 && outcome === 'found' ? 'unknown' : outcome;
}
