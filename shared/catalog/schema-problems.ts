// Owns turning what zod says about a declaration into problems: the place in the file, the value, what is allowed, a guess.
import { z } from 'zod';
import { didYouMean, listNames } from './did-you-mean.ts';
import type { Problem } from './problem.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** What a schema says about itself where zod's own words would not help: `.meta({ what, allowed })`. */
export interface SchemaWords {
  /** With its article: `an ISO 8601 duration`. */
  readonly what?: string;
  readonly allowed?: string;
}

/** The value of a file by its schema, or every problem that it has. */
export type SchemaResult<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Checks a parsed file against its schema. */
export function checkSchema<T>(source: YamlSource, schema: z.ZodType<T>): SchemaResult<T> {
  const result = schema.safeParse(source.value, { reportInput: true });
  if (result.success) return { kind: 'valid', value: result.data };
  return { kind: 'invalid', problems: result.error.issues.flatMap((issue) => problemsOf(issue, source, schema)) };
}

const MAX_SHOWN_CHARS = 60;

function problemsOf(issue: z.core.$ZodIssue, source: YamlSource, schema: z.ZodType): readonly Problem[] {
  const path = issue.path;
  const at = schemaAt(schema, path, source.value);
  const words = wordsOf(at);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(source, [...path, key], at));
    case 'invalid_key':
      return [
        {
          ...source.placeOfKey(path),
          message: `the name ${shown(path.at(-1))} is not allowed`,
          allowed: wordsOf(keySchema(schema, path, source.value)).allowed,
        },
      ];
    case 'invalid_type':
      return [issue.input === undefined ? missing(source, path, words) : wrongType(source, path, issue, words)];
    case 'invalid_value': {
      const options = issue.values.map(String);
      const hint = didYouMean(String(issue.input), options);
      return [
        {
          ...source.placeOf(path),
          message: `${name(path)} is ${shown(issue.input)}`,
          allowed: listNames(options),
          hint,
        },
      ];
    }
    case 'invalid_union':
      return [noneOfUnion(source, path, issue, at)];
    case 'too_small':
      return [
        {
          ...source.placeOf(path),
          message: `${name(path)} is ${shown(issue.input)}`,
          allowed: words.allowed ?? bound('at least', issue.origin, issue.minimum),
        },
      ];
    case 'too_big':
      return [
        {
          ...source.placeOf(path),
          message: `${name(path)} is ${shown(issue.input)}`,
          allowed: words.allowed ?? bound('at most', issue.origin, issue.maximum),
        },
      ];
    default:
      return [
        {
          ...source.placeOf(path),
          message: `${name(path)} is ${shown(issue.input)}, not ${words.what ?? 'of the right form'}`,
          allowed: words.allowed,
        },
      ];
  }
}

function unknownKey(source: YamlSource, path: YamlPath, holder: z.ZodType | undefined): Problem {
  const known = holder instanceof z.ZodObject ? Object.keys(holder.shape) : [];
  const key = String(path.at(-1));
  return {
    ...source.placeOfKey(path),
    message: `"${key}" is not known here`,
    allowed: listNames(known),
    hint: didYouMean(key, known),
  };
}

function missing(source: YamlSource, path: YamlPath, words: SchemaWords): Problem {
  return {
    ...source.placeOf(path.slice(0, -1)),
    message: `${name(path)} is missing`,
    allowed: words.allowed ?? words.what,
  };
}

function wrongType(
  source: YamlSource,
  path: YamlPath,
  issue: z.core.$ZodIssueInvalidType,
  words: SchemaWords,
): Problem {
  const allowed = words.allowed ?? words.what ?? article(issue.expected);
  return { ...source.placeOf(path), message: `${name(path)} is ${shown(issue.input)}`, allowed };
}

function noneOfUnion(
  source: YamlSource,
  path: YamlPath,
  issue: z.core.$ZodIssueInvalidUnion,
  at: z.ZodType | undefined,
): Problem {
  if (issue.discriminator === undefined) {
    return { ...source.placeOf(path), message: `${name(path)} is ${shown(issue.input)}`, allowed: wordsOf(at).allowed };
  }
  // zod adds the discriminator to the path, and lists what it may be.
  const options = ('options' in issue ? (issue.options ?? []) : []).map(String);
  const written = valueAt(source.value, path);
  if (written === undefined)
    return { ...source.placeOf(path.slice(0, -1)), message: `${name(path)} is missing`, allowed: listNames(options) };
  const hint = typeof written === 'string' ? didYouMean(written, options) : undefined;
  return { ...source.placeOf(path), message: `${name(path)} is ${shown(written)}`, allowed: listNames(options), hint };
}

/** The schema of the part at a path; undefined where the path leaves what the schema knows. */
function schemaAt(schema: z.ZodType, path: YamlPath, value: unknown): z.ZodType | undefined {
  let current: z.ZodType | undefined = schema;
  let part = value;
  for (const step of path) {
    current = current === undefined ? undefined : stepInto(resolve(current, part), step);
    part = member(part, step);
  }
  return current === undefined ? undefined : resolve(current, part);
}

function keySchema(schema: z.ZodType, path: YamlPath, value: unknown): z.ZodType | undefined {
  const holder = schemaAt(schema, path.slice(0, -1), value);
  return holder instanceof z.ZodRecord ? asType(holder.keyType) : undefined;
}

function stepInto(schema: z.ZodType, step: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return asType(schema.shape[String(step)]);
  if (schema instanceof z.ZodRecord) return asType(schema.valueType);
  return schema instanceof z.ZodArray ? asType(schema.element) : undefined;
}

/** Looks through optional, default and lazy, and picks the branch of a discriminated union that the value names. */
function resolve(schema: z.ZodType, value: unknown): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodLazy
  ) {
    const inner = asType(schema.unwrap());
    return inner === undefined ? schema : resolve(inner, value);
  }
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const key = schema.def.discriminator;
  const branch = branchesOf(schema).find((option) => asType(option.shape[key])?.safeParse(member(value, key)).success);
  return branch ?? schema;
}

function branchesOf(schema: z.ZodDiscriminatedUnion): readonly z.ZodObject[] {
  return schema.options.filter((option) => option instanceof z.ZodObject);
}

function asType(schema: unknown): z.ZodType | undefined {
  return schema instanceof z.ZodType ? schema : undefined;
}

function wordsOf(schema: z.ZodType | undefined): SchemaWords {
  // The registry holds whatever `.meta()` was given; only these two words are read, and only as text.
  const meta: Record<string, unknown> = (schema === undefined ? undefined : z.globalRegistry.get(schema)) ?? {};
  return {
    ...(typeof meta['what'] === 'string' ? { what: meta['what'] } : {}),
    ...(typeof meta['allowed'] === 'string' ? { allowed: meta['allowed'] } : {}),
  };
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((part, step) => member(part, step), value);
}

function member(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function name(path: YamlPath): string {
  return path.length === 0 ? 'the file' : `"${path.map(String).join('.')}"`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}

function bound(which: string, origin: string, limit: number | bigint): string {
  if (origin === 'string') return `${which} ${limit} characters`;
  return origin === 'array' || origin === 'set' ? `${which} ${limit} items` : `${which} ${limit}`;
}

const TYPE_WORDS: { readonly [expected: string]: string } = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
};

function article(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}
