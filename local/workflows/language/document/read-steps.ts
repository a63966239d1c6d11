/** Reads lists of steps: their names, what each does, and where each goes next. */
import { LIMITS } from '../limits.ts';
import type { Position } from '../problems.ts';
import type { Action, Step, StepList } from '../program.ts';
import { compileTemplate } from './compile-template.ts';
import { problem, type Context, type ListFrame } from './context.ts';
import { expectSingle, readFields, type Fields } from './read-fields.ts';
import { readAssign, readCall } from './read-assign-and-call.ts';
import { readFor, readParallel } from './read-loops.ts';
import { readNext } from './read-next.ts';
import { readSwitch } from './read-switch.ts';
import { readTry } from './read-try.ts';
import type { MapEntry, SourceNode } from './source.ts';
import { ACTIONS, STEP_KEYS } from './step-keys.ts';

/** Steps under `steps` and at the top of a routine; `closed` where no jump leads out. */
export function readSteps(node: SourceNode, context: Context, around: 'reachable' | 'closed' = 'reachable'): StepList {
  const steps: Step[] = [];
  const list: StepList = { steps };
  if (node.kind !== 'list' || node.items.length === 0) {
    problem(context, node.position, "'steps' must be a list of at least one step");
    return list;
  }
  const entries = node.items
    .map((item) => expectSingle(item, 'a step', context))
    .filter((entry) => entry !== undefined);
  const outer = around === 'reachable' ? context.frame : undefined;
  const frame: ListFrame = { list, indexes: indexSteps(entries, context), outer };
  for (const entry of entries) steps.push(readStep(entry, { ...context, step: entry.key, frame }));
  return list;
}

function indexSteps(entries: readonly MapEntry[], context: Context): ReadonlyMap<string, number> {
  const indexes = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    if (indexes.has(entry.key)) problem(context, entry.position, `duplicate step name '${entry.key}'`);
    else indexes.set(entry.key, index);
  }
  return indexes;
}

function readStep(entry: MapEntry, context: Context): Step {
  countStep(entry.position, context);
  const fields = readFields(entry.value, { name: `step '${entry.key}'`, allowed: STEP_KEYS }, context);
  if (fields.size === 0) problem(context, entry.position, `step '${entry.key}' does nothing`);
  return readBody(entry.key, fields, context);
}

function countStep(position: Position, context: Context): void {
  context.document.steps += 1;
  if (context.document.steps === LIMITS.steps + 1) {
    problem(context, position, `the workflow has more than the ${LIMITS.steps} steps allowed`);
  }
}

function readBody(name: string, fields: Fields, context: Context): Step {
  return { name, action: readAction(fields, context), next: readNext(fields, context) };
}

/** What stands in `switch` or under `try`: steps, or one step that has no name of its own. */
export function inlineList(name: string, fields: Fields, context: Context): StepList {
  const nested = fields.get('steps');
  if (nested !== undefined && fields.size === 1) return readSteps(nested.value, context);
  const steps: Step[] = [];
  const list: StepList = { steps };
  steps.push(readBody(name, fields, { ...context, frame: { list, indexes: new Map(), outer: context.frame } }));
  return list;
}

function readAction(fields: Fields, context: Context): Action {
  const [kind, ...others] = Object.keys(ACTIONS).filter((key) => fields.has(key));
  for (const other of others) {
    const position = fields.get(other)?.position ?? { line: 1, column: 1 };
    problem(context, position, `a step cannot have both '${kind}' and '${other}'`);
  }
  checkCompanions(kind, fields, context);
  const entry = kind === undefined ? undefined : fields.get(kind);
  return entry === undefined ? { kind: 'none' } : readKind(entry, fields, context);
}

function checkCompanions(kind: string | undefined, fields: Fields, context: Context): void {
  for (const [owner, companions] of Object.entries(ACTIONS)) {
    for (const companion of companions) {
      const entry = fields.get(companion);
      if (entry !== undefined && owner !== kind) problem(context, entry.position, `'${companion}' needs '${owner}'`);
    }
  }
}

function readKind(entry: MapEntry, fields: Fields, context: Context): Action {
  switch (entry.key) {
    case 'assign':
      return readAssign(entry, context);
    case 'call':
      return readCall(entry, fields, context);
    case 'switch':
      return readSwitch(entry, context);
    case 'for':
      return { kind: 'for', loop: readFor(entry, context), position: entry.position };
    case 'parallel':
      return readParallel(entry, context);
    case 'try':
      return readTry(entry, fields, context);
    case 'steps':
      return { kind: 'steps', body: readSteps(entry.value, context) };
    case 'raise':
      return { kind: 'raise', value: compileTemplate(entry.value, context), position: entry.position };
    default:
      if (context.parallelDepth > 0)
        problem(context, entry.position, "'return' cannot stand in a parallel branch or iteration");
      return { kind: 'return', value: compileTemplate(entry.value, context), position: entry.position };
  }
}
