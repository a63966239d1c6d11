/** What the readers of a document pass down: where they are, what may be called and jumped to, and where problems go. */
import type { Position, Problems } from '../problems.ts';
import type { CallTarget, Place, Reference, StepList } from '../program.ts';
import { declareName, type NameScope, type PendingUse } from './names.ts';
import type { MapEntry, SourceNode } from './source.ts';

/** Something that can be called by name. */
export interface Callable {
  readonly target: CallTarget;
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
  /** Blocking functions can only be called by a step, not within an expression. */
  readonly blocking: boolean;
}

/** Reads steps within steps; handed down because steps and their kinds contain each other. */
interface StepReader {
  /** A list of steps; `closed` where no jump leads out of it. */
  list(node: SourceNode, context: Context, around?: 'reachable' | 'closed'): StepList;
  /** One step without a name of its own, in `switch` or under `try`. */
  inline(name: string, fields: ReadonlyMap<string, MapEntry>, context: Context): StepList;
}

/** One for a whole document. */
export interface DocumentContext {
  readonly problems: Problems;
  /** What a name calls; undefined for an unknown one. */
  callable(name: string): Callable | undefined;
  /** True for a subworkflow, which can also be named as a value. */
  isRoutine(name: string): boolean;
  readonly uses: PendingUse[];
  readonly reader: StepReader;
  /** Steps read so far, nested ones included. */
  steps: number;
}

/** A list of steps that is being read, and those around it that a jump may reach. */
export interface ListFrame {
  readonly list: StepList;
  readonly indexes: ReadonlyMap<string, number>;
  readonly outer: ListFrame | undefined;
}

/** One for each place in a document. */
export interface Context {
  readonly document: DocumentContext;
  readonly routine: string;
  readonly step: string | undefined;
  readonly names: NameScope;
  readonly frame: ListFrame | undefined;
  /** The innermost loop that `break` and `continue` are for. */
  readonly loop: 'none' | 'for' | 'parallel-for';
  /** How many `parallel` steps this is in. */
  readonly parallelDepth: number;
}

export function problem(context: Context, position: Position, message: string): void {
  context.document.problems.add(position, message, context.step);
}

interface Use {
  readonly name: string;
  readonly position: Position;
}

/** A use of a variable that reads it. */
export function readVariable(context: Context, use: Use & { readonly mustExist: boolean }): Reference {
  return addUse(context, { ...use, use: 'read' });
}

/** A use of a variable that sets it: it exists from then on, here unless further out. */
export function writeVariable(context: Context, use: Use): Reference {
  declareName(context.names, use.name);
  return addUse(context, { ...use, use: 'write', mustExist: true });
}

/** A use of a variable that sets something in it: it must exist. */
export function changeVariable(context: Context, use: Use): Reference {
  return addUse(context, { ...use, use: 'write', mustExist: true });
}

function addUse(context: Context, use: Use & { use: 'read' | 'write'; mustExist: boolean }): Reference {
  const reference = { name: use.name, places: [] as Place[] };
  const { position, mustExist } = use;
  context.document.uses.push({
    reference,
    scope: context.names,
    use: use.use,
    position,
    step: context.step,
    mustExist,
  });
  return reference;
}
