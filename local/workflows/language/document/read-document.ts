/** Reads a whole source: `main` and the subworkflows, or the steps of `main` alone. */
import { LIMITS } from '../limits.ts';
import type { Problems } from '../problems.ts';
import type { Program, Routine, RoutineParameter } from '../program.ts';
import { STANDARD_LIBRARY } from '../stdlib/library.ts';
import { CONNECTORS } from '../connectors/table.ts';
import type { Value } from '../values/value.ts';
import { compileTemplate } from './compile-template.ts';
import { problem, type Callable, type Context, type DocumentContext } from './context.ts';
import { createScope, declareName, resolveUse, type PendingUse } from './names.ts';
import { expectList, expectSingle, isVariableName, readFields } from './read-fields.ts';
import { inlineList, readSteps } from './read-steps.ts';
import type { MapEntry, SourceNode } from './source.ts';

/** The program of a source; it may only be run when no problem was added. */
export function readDocument(root: SourceNode, problems: Problems): Program {
  const drafts = findRoutines(root, problems);
  const document = createDocument(drafts, problems);
  const routines = new Map<string, Routine>();
  for (const draft of drafts.values()) routines.set(draft.name, readRoutine(draft, document));
  for (const use of document.uses) reportUse(use, problems);
  const main = routines.get('main') ?? { name: 'main', parameters: [], body: { steps: [] } };
  return { main, routines };
}

/** A routine of which only the outside is known yet. */
interface Draft {
  readonly name: string;
  readonly steps: SourceNode | undefined;
  readonly parameters: readonly DraftParameter[];
}

interface DraftParameter {
  readonly name: string;
  readonly entry: MapEntry | undefined;
  readonly position: SourceNode['position'];
}

function findRoutines(root: SourceNode, problems: Problems): Map<string, Draft> {
  if (root.kind === 'list') return new Map([['main', { name: 'main', steps: root, parameters: [] }]]);
  const drafts = new Map<string, Draft>();
  if (root.kind === 'scalar') {
    problems.add(root.position, "parse error: a workflow is a list of steps, or a map with 'main'");
    return drafts;
  }
  for (const entry of root.entries) drafts.set(entry.key, draftRoutine(entry, problems));
  if (!drafts.has('main')) problems.add(root.position, "workflow must define a 'main' routine");
  return drafts;
}

function draftRoutine(entry: MapEntry, problems: Problems): Draft {
  const context = outside(entry.key, problems);
  isVariableName(entry.key, entry.position, context);
  const what = { name: `workflow '${entry.key}'`, allowed: ['params', 'steps'] };
  const fields = readFields(entry.value, what, context);
  const steps = fields.get('steps');
  if (steps === undefined) problems.add(entry.position, `workflow '${entry.key}' needs 'steps'`);
  const params = fields.get('params');
  return {
    name: entry.key,
    steps: steps?.value,
    parameters: params === undefined ? [] : draftParameters(params, context),
  };
}

function draftParameters(entry: MapEntry, context: Context): DraftParameter[] {
  const items = expectList(entry, context)?.items ?? [];
  const most = context.routine === 'main' ? LIMITS.mainParameters : LIMITS.parameters;
  if (items.length > most) {
    problem(
      context,
      entry.position,
      `workflow '${context.routine}' has ${items.length} params, more than the ${most} allowed`,
    );
  }
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const parameter = draftParameter(item, context);
    if (parameter === undefined || !isVariableName(parameter.name, parameter.position, context)) return [];
    if (seen.has(parameter.name)) problem(context, parameter.position, `duplicate param '${parameter.name}'`);
    seen.add(parameter.name);
    return [parameter];
  });
}

function draftParameter(item: SourceNode, context: Context): DraftParameter | undefined {
  if (item.kind === 'scalar' && typeof item.value === 'string') {
    return { name: item.value, entry: undefined, position: item.position };
  }
  const entry = expectSingle(item, 'a param that is not a name', context);
  return entry === undefined ? undefined : { name: entry.key, entry, position: entry.position };
}

/** The context of what is outside of all steps. */
function outside(routine: string, problems: Problems): Context {
  const document = createDocument(new Map(), problems);
  return contextOf(routine, document);
}

function contextOf(routine: string, document: DocumentContext): Context {
  return {
    document,
    routine,
    step: undefined,
    names: createScope(),
    frame: undefined,
    loop: 'none',
    parallelDepth: 0,
  };
}

function createDocument(drafts: ReadonlyMap<string, Draft>, problems: Problems): DocumentContext {
  const callables = new Map<string, Callable>();
  for (const draft of drafts.values()) {
    const parameters = draft.parameters.map(({ name, entry }) => ({ name, required: entry === undefined }));
    callables.set(draft.name, { target: { kind: 'routine', name: draft.name }, parameters, blocking: false });
  }
  return {
    problems,
    callable: (name) => callables.get(name) ?? standardCallable(name) ?? connectorCallable(name),
    isRoutine: (name) => callables.has(name),
    uses: [],
    reader: { list: readSteps, inline: inlineList },
    steps: 0,
  };
}

function standardCallable(name: string): Callable | undefined {
  const standard = STANDARD_LIBRARY.get(name);
  if (standard === undefined) return undefined;
  return {
    target: { kind: 'standard', name },
    parameters: standard.parameters,
    blocking: standard.kind === 'blocking',
  };
}

function connectorCallable(name: string): Callable | undefined {
  const connector = CONNECTORS.get(name);
  if (connector === undefined) return undefined;
  return { target: { kind: 'connector', name }, parameters: connector.parameters, blocking: connector.waits !== 'no' };
}

function readRoutine(draft: Draft, document: DocumentContext): Routine {
  const context = contextOf(draft.name, document);
  const parameters = draft.parameters.map((parameter): RoutineParameter => {
    const slot = declareName(context.names, parameter.name);
    return { name: parameter.name, slot, fallback: readDefault(parameter, context) };
  });
  const body = draft.steps === undefined ? { steps: [] } : readSteps(draft.steps, context);
  return { name: draft.name, parameters, body };
}

function readDefault(parameter: DraftParameter, context: Context): Value | undefined {
  if (parameter.entry === undefined) return undefined;
  const code = compileTemplate(parameter.entry.value, context);
  if (code.constant === undefined) {
    problem(context, parameter.position, `the default of param '${parameter.name}' must be a plain value`);
  }
  return code.constant;
}

function reportUse(use: PendingUse, problems: Problems): void {
  const outcome = resolveUse(use);
  const { name } = use.reference;
  if (outcome === 'unknown' && use.mustExist) {
    problems.add(use.position, `symbol '${name}' is neither a variable nor a sub-workflow name`, use.step);
  }
  if (outcome === 'not-shared') {
    const message = `variable '${name}' of the parent scope is assigned in a parallel step but not listed in 'shared'`;
    problems.add(use.position, message, use.step);
  }
}
