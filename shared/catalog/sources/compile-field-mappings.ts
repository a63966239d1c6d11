// Owns compiling where the fields of an event type come from, against what the event type declares.
import { compileCheck } from '../../events/validator.ts';
import { parsePath, type SourcePath } from '../../events/sources/source-path.ts';
import type { JsonValue } from '../../platform/canonical-json.ts';
import type { FieldSource, FieldSources } from '../declarations/source-file.ts';
import { didYouMean, listNames } from '../did-you-mean.ts';
import type { Field, FieldType } from '../field.ts';
import type { Problem } from '../problem.ts';
import type { Conversion, FieldMapping, FieldMappings } from '../source.ts';
import type { YamlPath, YamlSource } from '../yaml-source.ts';

/** Where the mappings stand, and what they are about. */
export interface MappingPlace {
  readonly source: YamlSource;
  readonly problems: Problem[];
  readonly at: YamlPath;
  /** The event type, for messages. */
  readonly of: string;
  /** The steps of a path; reports what it may not begin with. */
  readonly pathOf: (text: string, at: YamlPath) => SourcePath;
}

/** Compiles the mappings of fields: each must be declared, and each that is required must be mapped. */
export function compileFieldMappings(
  declared: FieldSources,
  fields: readonly Field[],
  place: MappingPlace,
): FieldMappings {
  const { source, problems, at, of } = place;
  const names = fields.map(({ name }) => name);
  const mappings: { [field: string]: FieldMapping } = {};
  for (const [name, from] of Object.entries(declared)) {
    const field = fields.find((one) => one.name === name);
    if (field === undefined) {
      const message = `${of} has no field "${name}"`;
      const hint = didYouMean(name, names);
      problems.push({ ...source.placeOfKey([...at, name]), message, allowed: listNames(names), hint });
    } else {
      mappings[name] = compileOne(from, field, { ...place, at: [...at, name], of: `${of}.${name}` });
    }
  }
  const missing = fields.filter(({ name, optional }) => !optional && !Object.hasOwn(declared, name));
  for (const { name } of missing) {
    const message = `the field "${name}" of ${of} is required, and nothing is mapped to it`;
    problems.push({ ...source.placeOfKey(at), message, hint: 'map it, or declare it `optional: true`' });
  }
  return mappings;
}

function compileOne(from: FieldSource, { type }: Field, place: MappingPlace): FieldMapping {
  const { at, pathOf } = place;
  if (typeof from === 'string') return { kind: 'value', paths: [pathOf(from, at)] };
  if ('constant' in from) {
    checkValue(from.constant, type, { ...place, at: [...at, 'constant'] });
    return { kind: 'constant', value: from.constant };
  }
  if ('path' in from) return compileValue(from, type, place);
  if ('each' in from) {
    const item = type.kind === 'list' && type.of.kind === 'record' ? type.of.fields : noRecord(type, 'each', place);
    const inside = { ...place, at: [...at, 'fields'], pathOf: itemPath };
    return {
      kind: 'each',
      path: pathOf(from.each, [...at, 'each']),
      fields: compileFieldMappings(from.fields, item, inside),
    };
  }
  const members = type.kind === 'record' ? type.fields : noRecord(type, 'fields', place);
  return { kind: 'record', fields: compileFieldMappings(from.fields, members, { ...place, at: [...at, 'fields'] }) };
}

/** A path that begins at an item of a list, which may have members of any name. */
function itemPath(text: string): SourcePath {
  return parsePath(text) ?? [];
}

function noRecord(
  type: FieldType,
  key: 'each' | 'fields',
  { source, problems, at, of }: MappingPlace,
): readonly Field[] {
  const wanted = key === 'each' ? 'a list of records' : 'a record';
  problems.push({
    ...source.placeOfKey([...at, key]),
    message: `${of} is ${type.kind}, not ${wanted}`,
    allowed: 'a path',
  });
  return [];
}

function compileValue(
  from: Extract<FieldSource, { path: unknown }>,
  type: FieldType,
  place: MappingPlace,
): FieldMapping {
  const { at, pathOf, source, problems, of } = place;
  const { values, as, times, otherwise } = from;
  const paths =
    typeof from.path === 'string'
      ? [pathOf(from.path, [...at, 'path'])]
      : from.path.map((text, index) => pathOf(text, [...at, 'path', index]));
  if (as === undefined && times === undefined) {
    for (const [word, value] of Object.entries(values ?? {}))
      checkValue(value, type, { ...place, at: [...at, 'values', word] });
  }
  if (otherwise !== undefined) checkValue(otherwise, type, { ...place, at: [...at, 'otherwise'] });
  if (times !== undefined && type.kind !== 'int64' && type.kind !== 'float64' && type.kind !== 'numeric') {
    const message = `${of} is ${type.kind}, so there is nothing to multiply`;
    problems.push({
      ...source.placeOfKey([...at, 'times']),
      message,
      allowed: 'a factor of int64, float64 or numeric',
    });
  }
  const conversion: Conversion = {
    ...(values === undefined ? {} : { values }),
    ...(as === undefined ? {} : { as }),
    ...(times === undefined ? {} : { times }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
  return { kind: 'value', paths, ...conversion };
}

/** What a mapping puts in itself must be what the field takes. */
function checkValue(value: JsonValue, type: FieldType, { source, problems, at, of }: MappingPlace): void {
  const failure = { code: 'wrong_type' as const, hint: '', path: '' };
  if (value !== null && compileCheck(type)(value, failure) !== undefined) return;
  const shown = JSON.stringify(value);
  const message = `${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown} is no value of ${of}`;
  const hint = failure.hint === '' ? undefined : failure.hint.replace(/^Send /, 'write ').replace(/\.$/, '');
  problems.push({ ...source.placeOf(at), message, allowed: `a value of type ${type.kind}`, hint });
}
