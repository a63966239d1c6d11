/** Reads `for` and `parallel` steps. */
import { LIMITS } from '../limits.ts';
import type { Branch, Code, Loop, ParallelAction, StepList } from '../program.ts';
import { constantCode } from './compile-expression.ts';
import { compileTemplate, expressionText } from './compile-template.ts';
import { problem, readVariable, type Context } from './context.ts';
import { createScope, declareName, type NameScope } from './names.ts';
import { expectList, expectName, expectSingle, readFields, type Fields } from './read-fields.ts';
import type { MapEntry, SourceNode } from './source.ts';

/** A `for` that runs its iterations one after the other. */
export function readFor(entry: MapEntry, context: Context): Loop {
  return readLoop(entry, { ...context, loop: 'for' }, createScope(context.names));
}

/** `context` is that around the loop, `names` the scope of its iterations. */
function readLoop(entry: MapEntry, context: Context, names: NameScope): Loop {
  const fields = readFields(
    entry.value,
    { name: "'for'", allowed: ['value', 'index', 'in', 'range', 'steps'] },
    context,
  );
  const items = readItems(entry, fields, context);
  const value = fields.get('value');
  const index = fields.get('index');
  const steps = fields.get('steps');
  if (value === undefined) problem(context, entry.position, "'for' needs 'value', the name of the loop variable");
  if (steps === undefined) problem(context, entry.position, "'for' needs 'steps'");
  const valueName = value === undefined ? undefined : expectName(value.value, 'value', context);
  const indexName = index === undefined ? undefined : expectName(index.value, 'index', context);
  return {
    items,
    valueSlot: declareName(names, valueName ?? ''),
    indexSlot: indexName === undefined ? undefined : declareName(names, indexName),
    body:
      steps === undefined ? { steps: [] } : context.document.reader.list(steps.value, { ...context, names }, 'closed'),
  };
}

function readItems(entry: MapEntry, fields: Fields, context: Context): Loop['items'] {
  const list = fields.get('in');
  const range = fields.get('range');
  if ((list === undefined) === (range === undefined)) {
    problem(context, entry.position, "'for' needs either 'in' or 'range'");
    return { kind: 'in', value: constantCode([]) };
  }
  if (list !== undefined) {
    checkItems(list, context);
    return { kind: 'in', value: compileTemplate(list.value, context) };
  }
  return { kind: 'range', value: range === undefined ? constantCode([]) : readRange(range, context) };
}

function checkItems(entry: MapEntry, context: Context): void {
  const { value } = entry;
  if (value.kind === 'list' || (value.kind === 'scalar' && expressionText(value.value) !== undefined)) return;
  problem(context, value.position, "'in' must be a list or an expression");
}

/** `[1, 9]`, `[${a}, ${b}]` or `${[a, b]}`. */
function readRange(entry: MapEntry, context: Context): Code {
  const { value } = entry;
  const isPair = value.kind === 'list' && value.items.length === 2;
  if (!isPair && !(value.kind === 'scalar' && expressionText(value.value) !== undefined)) {
    problem(context, value.position, "'range' must be a list of two numbers, both included");
  }
  return compileTemplate(value, context);
}

export function readParallel(entry: MapEntry, context: Context): ParallelAction {
  const allowed = ['shared', 'concurrency_limit', 'exception_policy', 'branches', 'for'];
  const fields = readFields(entry.value, { name: "'parallel'", allowed }, context);
  const depth = context.parallelDepth + 1;
  if (depth > LIMITS.parallelDepth) {
    problem(
      context,
      entry.position,
      `parallel steps are nested deeper than the ${LIMITS.parallelDepth} levels allowed`,
    );
  }
  checkPolicy(fields.get('exception_policy'), context);
  const shared = readShared(fields.get('shared'), context);
  const concurrency = fields.get('concurrency_limit');
  const work = readWork(entry, fields, { context: { ...context, parallelDepth: depth, frame: undefined }, shared });
  return {
    kind: 'parallel',
    work,
    concurrency: concurrency === undefined ? undefined : compileTemplate(concurrency.value, context),
    position: entry.position,
  };
}

function checkPolicy(entry: MapEntry | undefined, context: Context): void {
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === 'continueAll')) return;
  problem(context, entry.value.position, "'exception_policy' must be continueAll, the only policy there is");
}

function readShared(entry: MapEntry | undefined, context: Context): ReadonlySet<string> {
  const shared = new Set<string>();
  if (entry === undefined) return shared;
  for (const item of expectList(entry, context)?.items ?? []) {
    const name = expectName(item, 'shared', context);
    if (name === undefined) continue;
    if (shared.has(name)) problem(context, item.position, `'${name}' is listed twice in 'shared'`);
    readVariable(context, { name, position: item.position, mustExist: true });
    shared.add(name);
  }
  return shared;
}

interface Inside {
  readonly context: Context;
  readonly shared: ReadonlySet<string>;
}

function readWork(entry: MapEntry, fields: Fields, inside: Inside): ParallelAction['work'] {
  const branches = fields.get('branches');
  const loop = fields.get('for');
  if ((branches === undefined) === (loop === undefined)) {
    problem(inside.context, entry.position, "'parallel' needs either 'branches' or 'for'");
  }
  if (loop !== undefined && branches === undefined) {
    const { context, shared } = inside;
    const names = createScope(context.names, shared);
    return { kind: 'for', loop: readLoop(loop, { ...context, loop: 'parallel-for' }, names) };
  }
  return { kind: 'branches', branches: branches === undefined ? [] : readBranches(branches, inside) };
}

function readBranches(entry: MapEntry, inside: Inside): Branch[] {
  const { context } = inside;
  const items = expectList(entry, context)?.items ?? [];
  if (items.length < LIMITS.branchesLeast || items.length > LIMITS.branches) {
    const allowed = `${LIMITS.branchesLeast} to ${LIMITS.branches}`;
    problem(context, entry.position, `'branches' must list ${allowed} branches, not ${items.length}`);
  }
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const single = expectSingle(item, 'a branch', context);
    if (single === undefined) return [];
    if (seen.has(single.key)) problem(context, single.position, `duplicate branch name '${single.key}'`);
    seen.add(single.key);
    return [readBranch(single, inside)];
  });
}

function readBranch(entry: MapEntry, inside: Inside): Branch {
  const context: Context = { ...inside.context, step: entry.key, loop: 'none' };
  const names = createScope(context.names, inside.shared);
  return { name: entry.key, body: readBranchBody(entry.value, { ...context, names }) };
}

function readBranchBody(node: SourceNode, context: Context): StepList {
  const fields = readFields(node, { name: 'a branch', allowed: ['steps'] }, context);
  const steps = fields.get('steps');
  if (steps === undefined) {
    problem(context, node.position, "a branch needs 'steps'");
    return { steps: [] };
  }
  return context.document.reader.list(steps.value, context, 'closed');
}
