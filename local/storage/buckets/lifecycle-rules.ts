/** Lifecycle rules as a bucket keeps them. Source: https://cloud.google.com/storage/docs/lifecycle */
import { isObject } from '../../primitives/json-object.ts';
import { invalid, notServed, shown } from '../errors.ts';
import { MAX_LIFECYCLE_AFFIX_BYTES, MAX_LIFECYCLE_AFFIXES } from '../limits.ts';
import { parseStorageClass } from './storage-class.ts';

export interface Lifecycle {
  readonly rule: readonly LifecycleRule[];
}

export interface LifecycleRule {
  readonly action: {
    readonly type: 'Delete' | 'SetStorageClass' | 'AbortIncompleteMultipartUpload';
    readonly storageClass?: string;
  };
  /** All of them must hold; at least one is there. */
  readonly condition: LifecycleCondition;
}

export interface LifecycleCondition {
  readonly age?: number;
  readonly createdBefore?: string;
  readonly customTimeBefore?: string;
  readonly daysSinceCustomTime?: number;
  readonly daysSinceNoncurrentTime?: number;
  readonly isLive?: boolean;
  readonly matchesPrefix?: readonly string[];
  readonly matchesStorageClass?: readonly string[];
  readonly matchesSuffix?: readonly string[];
  readonly noncurrentTimeBefore?: string;
  readonly numNewerVersions?: number;
}

const MAX_INT32 = 2 ** 31 - 1;

const PARSERS: Readonly<Record<string, (name: string, value: unknown) => unknown>> = {
  age: days,
  daysSinceCustomTime: days,
  daysSinceNoncurrentTime: days,
  numNewerVersions: days,
  createdBefore: date,
  customTimeBefore: date,
  noncurrentTimeBefore: date,
  isLive: (name, value) => {
    if (typeof value !== 'boolean') throw invalid(`Invalid value for: ${name} is not a boolean`);
    return value;
  },
  matchesPrefix: affixes,
  matchesSuffix: affixes,
  matchesStorageClass: (name, value) => texts(name, value).map(parseStorageClass),
};

/** Conditions that an AbortIncompleteMultipartUpload rule may have. */
const ABORT_CONDITIONS = new Set(['age', 'matchesPrefix', 'matchesSuffix']);

/** Rules after a change: null or an empty list removes them, an object without a list changes nothing. */
export function parseLifecycle(before: Lifecycle | undefined, value: unknown): Lifecycle | undefined {
  if (value === null) return undefined;
  const rules = isObject(value) ? value['rule'] : undefined;
  if (rules === undefined) return before;
  if (!Array.isArray(rules)) throw invalid('Invalid value for: lifecycle.rule is not a list');
  if (rules.length === 0) return undefined;
  const parsed = rules.map(parseRule);
  const count = parsed.reduce(
    (sum, { condition }) => sum + (condition.matchesPrefix?.length ?? 0) + (condition.matchesSuffix?.length ?? 0),
    0,
  );
  if (count > MAX_LIFECYCLE_AFFIXES) {
    throw invalid('Lifecycle matches_suffix and matches_prefix cannot specify more than 1000 rules per config.');
  }
  return { rule: parsed };
}

function parseRule(rule: unknown): LifecycleRule {
  if (!isObject(rule)) throw invalid('Invalid value for: a lifecycle rule is not an object');
  const action = parseAction(rule['action']);
  const condition = parseCondition(rule['condition']);
  const extra = Object.keys(condition).filter((name) => !ABORT_CONDITIONS.has(name));
  if (action.type === 'AbortIncompleteMultipartUpload' && extra.length > 0) {
    throw invalid(
      'Lifecycle age_days, matches_prefix, and matches_suffix conditions are the only ones allowed for a ABORT_INCOMPLETE_MULTIPART_UPLOAD rule.',
    );
  }
  return { action, condition };
}

function parseAction(value: unknown): LifecycleRule['action'] {
  const { type, storageClass } = isObject(value) ? value : {};
  if (type === 'SetStorageClass') {
    if (storageClass === undefined) {
      throw invalid('Lifecycle storage class rules must specify the destination storage class.');
    }
    return { type, storageClass: parseStorageClass(storageClass) };
  }
  if (type !== 'Delete' && type !== 'AbortIncompleteMultipartUpload') {
    throw invalid(`Invalid value for: ${shown(type)} is not a valid value`);
  }
  if (storageClass !== undefined) throw invalid('Storage class can only be specified for SET_STORAGE_CLASS actions');
  return { type };
}

function parseCondition(value: unknown): LifecycleCondition {
  const parsed: Record<string, unknown> = {};
  for (const [name, asked] of Object.entries(isObject(value) ? value : {})) {
    if (asked === null || (Array.isArray(asked) && asked.length === 0)) continue;
    const parse = PARSERS[name];
    if (parse === undefined) throw notServed(`the lifecycle condition ${name}`);
    parsed[name] = parse(name, asked);
  }
  if (Object.keys(parsed).length === 0) throw invalid('Lifecycle rules must have a condition.');
  return parsed;
}

function days(name: string, value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number > MAX_INT32) {
    throw invalid(`Parse Error: Invalid value for TYPE_INT32 field: '${shown(value)}'.`);
  }
  if (number < 0) throw invalid(`Lifecycle ${name} condition must be greater than or equal to 0, but was ${number}`);
  return number;
}

function date(_name: string, value: unknown): string {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw invalid(`Invalid value for: Invalid format: "${shown(value)}"`);
}

function texts(name: string, value: unknown): string[] {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
    throw invalid(`Invalid value for: ${name} is not a list of strings`);
  }
  return value as string[];
}

function affixes(name: string, value: unknown): string[] {
  const found = texts(name, value);
  if (found.some((text) => text === '' || Buffer.byteLength(text) > MAX_LIFECYCLE_AFFIX_BYTES)) {
    throw invalid(
      `Lifecycle ${name} cannot contain a string that is empty or longer than ${MAX_LIFECYCLE_AFFIX_BYTES}.`,
    );
  }
  return found;
}
