/** Reads JSON bodies as BigQuery does: strict about types, lenient about unknown names and how a number is written. */
import { z } from 'zod';
import { bigQueryError } from '../errors.ts';
import type { ApiError } from '../../primitives/errors.ts';

/** A scalar of proto JSON: what cannot be read as one is refused, naming its proto type. */
function scalar<Value>(protoType: string, read: (value: unknown) => Value | undefined): z.ZodType<Value> {
  return z.unknown().transform((value, context) => {
    const found = read(value);
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', input: value, params: { protoType }, message: protoType });
    return z.NEVER;
  });
}

export const text = scalar('TYPE_STRING', (value) => (typeof value === 'string' ? value : undefined));
/** Text that clients also send as a bare number or boolean, which Google takes. */
export const looseText = scalar('TYPE_STRING', (value) => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : undefined;
});
export const bool = scalar('TYPE_BOOL', (value) => (typeof value === 'boolean' ? value : undefined));
/** A 64-bit integer: decimal text, whichever way it came. */
export const int64 = scalar('TYPE_INT64', (value) => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? value : undefined;
});
/** A 32-bit integer. */
export const int32 = scalar('TYPE_INT32', (value) => {
  const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) < 2 ** 32 ? number : undefined;
});
/** An object that is kept as it is. */
export const anyObject = z.record(z.string(), z.unknown());
/** One of some names, spelt as they are. */
export const oneOf = z.enum;

/**
 * A message. Names that it does not have are passed over: the Node client itself sends such (`types` of a query job,
 * `location` of a file load), and tools send back what only the service sets.
 */
export const message = z.object;

/**
 * The body as `shape` describes it; null means absent.
 * @param root the name of the body in Google's texts: `job`, `dataset`, `table`, `query_request`
 * @throws ApiError `invalid` or `required`, in the words of Google's front end; values are not repeated
 */
export function decodeBody<Shape extends z.ZodType>(shape: Shape, body: unknown, root: string): z.output<Shape> {
  const result = shape.safeParse(withoutNulls(body), { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue === undefined ? bigQueryError('invalid', 'Request contains an invalid argument.') : toError(issue, root);
}

function toError(issue: z.core.$ZodIssue, root: string): ApiError {
  const path = pathText(root, issue.path);
  if (issue.input === undefined && issue.path.length > 0) {
    return bigQueryError('required', `Required parameter is missing: ${String(issue.path.at(-1) ?? root)}`);
  }
  if (Array.isArray(issue.input)) {
    const name = String(issue.path.at(-1) ?? root);
    const parent = pathText(root, issue.path.slice(0, -1));
    return bigQueryError(
      'invalid',
      `Invalid JSON payload received. Unknown name "${name}" at '${parent}': Proto field is not repeating, cannot start list.`,
    );
  }
  if (issue.code === 'invalid_value') {
    return bigQueryError('invalid', `Invalid value at '${path}': expected one of ${issue.values.join(', ')}`);
  }
  const protoType: unknown = issue.code === 'custom' ? issue.params?.['protoType'] : undefined;
  if (typeof protoType === 'string') return bigQueryError('invalid', `Invalid value at '${path}' (${protoType})`);
  return bigQueryError('invalid', `Invalid value at '${path}'`);
}

/** `job.configuration.query.query_parameters[0].name`, as Google writes places. */
function pathText(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, part) => (typeof part === 'number' ? `${place}[${part}]` : `${place}.${snakeCase(String(part))}`),
    root,
  );
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Null fields are absent fields in proto JSON; null elements of arrays stay. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNulls(field)]),
  );
}
