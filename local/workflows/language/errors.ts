/** What a workflow can raise: error values with their tags, and the two ways in which raising ends a step. */
import { encodeJson } from './values/json.ts';
import { isMap, mapOf, type Value } from './values/value.ts';

/**
 * The tags that Workflows itself puts on errors, each with the wider tag it carries too.
 * Source: https://cloud.google.com/workflows/docs/reference/syntax/error-types; the wider tags are those seen in public
 * reports of real executions (KeyError) and, by the same rule, assumed for the others.
 */
const TAGS = {
  AuthError: [],
  ConnectionError: [],
  ConnectionFailedError: [],
  HttpError: [],
  IndexError: ['LookupError'],
  KeyError: ['LookupError'],
  OperationError: [],
  ParallelNestingError: [],
  RecursionError: [],
  ResourceLimitError: [],
  ResponseTypeError: [],
  SystemError: [],
  TimeoutError: [],
  TypeError: [],
  UnhandledBranchError: ['RuntimeError'],
  ValueError: [],
  ZeroDivisionError: ['ArithmeticError'],
} as const;

export type ErrorTag = keyof typeof TAGS;

/** An error travelling up the steps; `payload` is the value that `except` binds. */
export class Raised extends Error {
  readonly payload: Value;

  constructor(payload: Value) {
    super('raised');
    this.name = 'Raised';
    this.payload = payload;
  }
}

/** An error that no `except` sees: a limit was met, and the execution fails at once. */
export class Fatal extends Raised {}

/** The tags of an error that Workflows raises. */
function tagsOf(tag: ErrorTag): readonly string[] {
  return [tag, ...TAGS[tag]];
}

/** An error map as Workflows raises it: `{message: "KeyError: key not found: x", tags: ["KeyError", …]}`. */
export function errorMap(tag: ErrorTag, message: string, more: Readonly<Record<string, Value>> = {}): Value {
  return mapOf({ ...more, message, tags: tagsOf(tag) });
}

/** Raises an error of the interpreter's own; its message starts with its tag. */
export function raise(tag: ErrorTag, message: string): never {
  throw new Raised(errorMap(tag, `${tag}: ${message}`));
}

/** Fails the execution because a limit was met. */
export function exceed(message: string): never {
  throw new Fatal(errorMap('ResourceLimitError', `ResourceLimitError: ${message}`));
}

/**
 * The first line of an error's context: the message of an error map, and `RuntimeError: <JSON>` for anything else that
 * was raised.
 */
export function headline(payload: Value): string {
  const message = isMap(payload) ? payload.get('message') : undefined;
  return typeof message === 'string' ? message : `RuntimeError: ${payloadText(payload)}`;
}

/** An error's payload as the JSON text that an execution answers; what JSON cannot hold becomes its description. */
export function payloadText(payload: Value): string {
  const encoded = encodeJson(payload);
  return encoded.kind === 'text' ? encoded.text : JSON.stringify(encoded.message);
}

/** True when an error map carries the tag. */
export function hasTag(payload: Value, tag: string): boolean {
  const tags = isMap(payload) ? payload.get('tags') : undefined;
  return Array.isArray(tags) && tags.includes(tag);
}
