// Owns the difference between the fields of two declarations, down through records and lists.
import type { Change } from './compatibility.ts';
import type { Field, FieldType } from './field.ts';

/** Every difference between two sets of fields; the order in which they are declared does not matter. */
export function compareFields(before: readonly Field[], after: readonly Field[], path: string): readonly Change[] {
  const changes = before.flatMap((field): readonly Change[] => {
    const at = `${path}.${field.name}`;
    const other = after.find(({ name }) => name === field.name);
    if (other !== undefined) return compareField(field, other, at);
    const rule = field.optional ? 'drop-optional-field' : 'drop-required-field';
    return [{ rule, path: at, message: `the field "${field.name}" is gone` }];
  });
  const added = after
    .filter((field) => before.every(({ name }) => name !== field.name))
    .map((field): Change => ({
      rule: field.optional ? 'add-optional-field' : 'add-required-field',
      path: `${path}.${field.name}`,
      message: `the field "${field.name}" is new${field.optional ? '' : ', and old senders do not send it'}`,
    }));
  return [...changes, ...added];
}

function compareField(before: Field, after: Field, path: string): readonly Change[] {
  const changes: Change[] = [];
  const tell = (rule: Change['rule'], key: string, message: string): void =>
    void changes.push({ rule, path: `${path}.${key}`, message });
  if (before.optional && !after.optional) tell('require-more', 'optional', `"${after.name}" was optional and is not`);
  if (!before.optional && after.optional) tell('require-less', 'optional', `"${after.name}" has become optional`);
  if (before.semantic !== after.semantic)
    tell(
      'change-meaning',
      'semantic',
      `"${after.name}" meant ${before.semantic ?? 'nothing'} and means ${after.semantic ?? 'nothing'}`,
    );
  const [was, is] = [protection(before), protection(after)];
  if (was !== is) tell('change-protection', 'privacy', `"${after.name}" was ${was} and is ${is}`);
  if (before.description !== after.description) tell('reword', 'description', `"${after.name}" is described anew`);
  return [...changes, ...compareTypes(before.type, after.type, path)];
}

function protection({ privacy, whose }: Field): string {
  const action = privacy.action === 'generalise' ? `generalised by ${privacy.rule}` : privacy.action;
  return whose === undefined ? action : `${action} (whose: ${whose})`;
}

function compareTypes(before: FieldType, after: FieldType, path: string): readonly Change[] {
  if (before.kind === 'enum' && after.kind === 'string' && takesAll(after, before.values))
    return [{ rule: 'widen-limit', path: `${path}.type`, message: 'the type was enum and is string' }];
  if (before.kind !== after.kind)
    return [{ rule: 'change-type', path: `${path}.type`, message: `the type was ${before.kind} and is ${after.kind}` }];
  const limits = compareLimits(limitsOf(before), limitsOf(after), path);
  if (before.kind === 'record' && after.kind === 'record')
    return compareFields(before.fields, after.fields, `${path}.fields`);
  if (before.kind === 'list' && after.kind === 'list')
    return [...limits, ...compareTypes(before.of, after.of, `${path}.of`)];
  if (before.kind === 'enum' && after.kind === 'enum') return compareValues(before.values, after.values, path);
  if (before.kind === 'string' && after.kind === 'string') return [...limits, ...compareForms(before, after, path)];
  return limits;
}

/** Limits as numbers: a value must be at least each of `least` and at most each of `most`. */
interface Limits {
  readonly least: { readonly [key: string]: number };
  readonly most: { readonly [key: string]: number };
}

function limitsOf(type: FieldType): Limits {
  switch (type.kind) {
    case 'string':
      return { least: { min_length: type.minLength }, most: { max_length: type.maxLength } };
    case 'int64':
    case 'float64':
    case 'numeric':
      return { least: { min: type.min ?? -Infinity }, most: { max: type.max ?? Infinity } };
    case 'json':
    case 'bytes':
      return { least: {}, most: { max_length: type.maxLength } };
    case 'list':
      return { least: { min_items: type.minItems ?? 0 }, most: { max_items: type.maxItems } };
    default:
      return { least: {}, most: {} };
  }
}

function compareLimits(before: Limits, after: Limits, path: string): readonly Change[] {
  const compare = (side: keyof Limits, isWider: (was: number, is: number) => boolean): readonly Change[] =>
    Object.entries(before[side]).flatMap(([key, was]): readonly Change[] => {
      const is = after[side][key] ?? was;
      if (was === is) return [];
      const words = (limit: number): string => (Number.isFinite(limit) ? String(limit) : 'none');
      return [
        {
          rule: isWider(was, is) ? 'widen-limit' : 'narrow-limit',
          path: `${path}.${key}`,
          message: `"${key}" was ${words(was)} and is ${words(is)}`,
        },
      ];
    });
  return [...compare('least', (was, is) => is < was), ...compare('most', (was, is) => is > was)];
}

/** Both are STRING columns, so a list of values may open up to any text, as long as each of them still is one. */
function takesAll(
  { minLength, maxLength, pattern, format }: Extract<FieldType, { kind: 'string' }>,
  values: readonly string[],
): boolean {
  const fits = values.every(({ length }) => length >= minLength && length <= maxLength);
  return fits && pattern === undefined && format === undefined;
}

function compareValues(before: readonly string[], after: readonly string[], path: string): readonly Change[] {
  const [gone, added] = [
    before.filter((value) => !after.includes(value)),
    after.filter((value) => !before.includes(value)),
  ];
  return [
    ...gone.map((value): Change => ({
      rule: 'narrow-limit',
      path: `${path}.values`,
      message: `the value "${value}" is gone`,
    })),
    ...added.map((value): Change => ({
      rule: 'widen-limit',
      path: `${path}.values`,
      message: `the value "${value}" is new`,
    })),
  ];
}

/** A pattern or format that is new or another refuses what was sent before; without it everything may come. */
function compareForms(
  before: { readonly [key in 'pattern' | 'format']?: string | undefined },
  after: typeof before,
  path: string,
): readonly Change[] {
  return (['pattern', 'format'] as const).flatMap((key): readonly Change[] => {
    if (before[key] === after[key]) return [];
    const rule = after[key] === undefined ? 'widen-limit' : 'narrow-limit';
    return [
      { rule, path: `${path}.${key}`, message: `"${key}" was ${before[key] ?? 'none'} and is ${after[key] ?? 'none'}` },
    ];
  });
}
