/** Reads `try` steps with their `retry` and `except`. */
import type { Code, RetryPart, RetryPolicy, StepList, TryAction } from '../program.ts';
import { compileTemplate } from './compile-template.ts';
import { problem, type Context } from './context.ts';
import { createScope, declareName } from './names.ts';
import { expectName, readFields, type Fields } from './read-fields.ts';
import type { MapEntry, SourceNode } from './source.ts';
import { STEP_KEYS } from './step-keys.ts';

export function readTry(entry: MapEntry, fields: Fields, context: Context): TryAction {
  const retry = fields.get('retry');
  const except = fields.get('except');
  if (retry === undefined && except === undefined) {
    problem(context, entry.position, "'try' needs 'retry' or 'except'");
  }
  return {
    kind: 'try',
    body: readTryBody(entry.value, context),
    retry: retry === undefined ? undefined : readRetry(retry, context),
    except: except === undefined ? undefined : readExcept(except, context),
    position: entry.position,
  };
}

/** The body of one step without a name, or a list of steps. */
function readTryBody(node: SourceNode, context: Context): StepList {
  if (node.kind === 'list') return context.document.reader.list(node, context);
  const fields = readFields(node, { name: "'try'", allowed: STEP_KEYS }, context);
  return context.document.reader.inline(context.step ?? '', fields, context);
}

function readExcept(entry: MapEntry, context: Context): TryAction['except'] {
  const fields = readFields(entry.value, { name: "'except'", allowed: ['as', 'steps'] }, context);
  const names = createScope(context.names);
  const as = fields.get('as');
  const name = as === undefined ? undefined : expectName(as.value, 'as', context);
  const steps = fields.get('steps');
  if (steps === undefined) {
    problem(context, entry.position, "'except' needs 'steps'");
    return undefined;
  }
  const slot = name === undefined ? undefined : declareName(names, name);
  return { slot, body: context.document.reader.list(steps.value, { ...context, names }) };
}

function readRetry(entry: MapEntry, context: Context): RetryPolicy {
  const { position, value } = entry;
  if (value.kind !== 'map') return { kind: 'whole', policy: compileTemplate(value, context), position };
  const allowed = ['predicate', 'max_retries', 'backoff'];
  const fields = readFields(value, { name: "'retry'", allowed }, context);
  const parts: Partial<Record<RetryPart, Code>> = {};
  addParts(parts, fields, ['predicate', 'max_retries'], context);
  const backoff = fields.get('backoff');
  if (backoff !== undefined) readBackoff(backoff, parts, context);
  return { kind: 'parts', parts, position };
}

function readBackoff(entry: MapEntry, parts: Partial<Record<RetryPart, Code>>, context: Context): void {
  const allowed = ['initial_delay', 'max_delay', 'multiplier'] as const;
  const fields = readFields(entry.value, { name: "'backoff'", allowed }, context);
  addParts(parts, fields, allowed, context);
}

function addParts(
  parts: Partial<Record<RetryPart, Code>>,
  fields: Fields,
  names: readonly RetryPart[],
  context: Context,
): void {
  for (const name of names) {
    const entry = fields.get(name);
    if (entry !== undefined) parts[name] = compileTemplate(entry.value, context);
  }
}
