// Owns compiling the declared fields of an event type: their types with every limit set, and every problem they have.
import { reservedKeywords } from '#lib/googlesql/syntax/keywords.ts';
import type { ElementDeclaration, FieldDeclaration, FieldDeclarations } from './declarations/field-file.ts';
import { RESERVED_COLUMN_NAMES } from './event-columns.ts';
import { DEFAULT_MAX_ITEMS, type Field, type FieldType, MAX_RECORD_DEPTH, type PrivacyAction } from './field.ts';
import { limitFindings, scalarType } from './scalar-type.ts';
import { type FieldFinding, type FieldSetting, protectionOf } from './field-privacy.ts';
import type { Problem } from './problem.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** Fields that compiled, and what is wrong with those that did not. */
export interface FieldsResult {
  readonly fields: readonly Field[];
  readonly problems: readonly Problem[];
}

/** Where fields stand: the file, the path to them, how deep, and what protects them already. */
export interface FieldsContext extends FieldSetting {
  readonly source: YamlSource;
  readonly path: YamlPath;
  readonly depth: number;
}

/** Compiles the fields of an event type or of a record in it. */
export function compileFields(declared: FieldDeclarations, context: FieldsContext): FieldsResult {
  const problems: Problem[] = [];
  const fields = Object.entries(declared).map(([name, declaration]) => {
    const at = { ...context, path: [...context.path, name] };
    problems.push(...nameFindings(name, context).map((finding) => problemAt(at, finding)));
    const { field, problems: found } = compileField(name, declaration, at);
    problems.push(...found);
    return field;
  });
  if (fields.length === 0) {
    problems.push(problemAt(context, { message: 'there are no fields', allowed: 'one field or more' }));
  }
  return { fields, problems };
}

function compileField(
  name: string,
  declared: FieldDeclaration,
  context: FieldsContext,
): { readonly field: Field; readonly problems: readonly Problem[] } {
  const { semantic, privacy, findings } = protectionOf(declared, context);
  const { type, problems } = compileType(declared, privacy, context);
  const field: Field = {
    name,
    description: declared.description,
    type,
    optional: declared.optional ?? false,
    ...(semantic === undefined ? {} : { semantic }),
    privacy,
    ...(declared.whose === undefined ? {} : { whose: declared.whose }),
  };
  return { field, problems: [...findings.map((finding) => problemAt(context, finding)), ...problems] };
}

function compileType(
  declared: FieldDeclaration,
  privacy: PrivacyAction,
  context: FieldsContext,
): { readonly type: FieldType; readonly problems: readonly Problem[] } {
  if (declared.type !== 'list')
    return compileElement(declared, { ...context, inside: insideOf(privacy, context, context.inside) });
  const inner = { ...context, path: [...context.path, 'of'], inside: insideOf(privacy, context, 'clear-list') };
  const element = compileElement(declared.of, inner);
  const { min_items: minItems, max_items: maxItems = DEFAULT_MAX_ITEMS } = declared;
  const problems = [...element.problems];
  if (minItems !== undefined && minItems > maxItems) {
    const message = `no list has ${minItems} or more and ${maxItems} or fewer items`;
    problems.push(problemAt(context, { key: 'min_items', message }));
  }
  // Left out where it asks for nothing, so that declarations without it keep their digests.
  const least = minItems === undefined || minItems === 0 ? {} : { minItems };
  return { type: { kind: 'list', of: element.type, ...least, maxItems }, problems };
}

function insideOf(
  privacy: PrivacyAction,
  context: FieldsContext,
  otherwise: FieldSetting['inside'],
): FieldSetting['inside'] {
  return context.inside === 'sealed' || privacy.action === 'seal' || privacy.action === 'drop' ? 'sealed' : otherwise;
}

function compileElement(
  declared: ElementDeclaration,
  context: FieldsContext,
): { readonly type: FieldType; readonly problems: readonly Problem[] } {
  if (declared.type === 'record') return compileRecord(declared.fields, context);
  const problems = limitFindings(declared).map((finding) => problemAt(context, finding));
  return { type: scalarType(declared), problems };
}

function compileRecord(
  declared: FieldDeclarations,
  context: FieldsContext,
): { readonly type: FieldType; readonly problems: readonly Problem[] } {
  if (context.depth >= MAX_RECORD_DEPTH) {
    const finding = {
      message: `records nest deeper than ${MAX_RECORD_DEPTH}`,
      allowed: `at most ${MAX_RECORD_DEPTH}, as BigQuery does`,
    };
    return { type: { kind: 'record', fields: [] }, problems: [problemAt(context, finding)] };
  }
  const { fields, problems } = compileFields(declared, {
    ...context,
    path: [...context.path, 'fields'],
    depth: context.depth + 1,
  });
  return { type: { kind: 'record', fields }, problems };
}

/** Names that would shadow a column of every event table, need quotes in SQL, or mean something to JavaScript or BigQuery. */
function nameFindings(name: string, context: FieldsContext): readonly FieldFinding[] {
  if (context.depth === 0 && RESERVED_COLUMN_NAMES.has(name)) {
    return [{ message: `"${name}" is a column of every event`, hint: 'choose another name' }];
  }
  if (reservedKeywords.has(name.toUpperCase())) {
    return [
      { message: `"${name}" is a reserved word of GoogleSQL`, hint: 'choose a name that queries need not quote' },
    ];
  }
  // An own property of this name would look inherited to code that asks without hasOwn.
  return name === 'constructor'
    ? [{ message: '"constructor" cannot be the name of a field', hint: 'choose another name' }]
    : [];
}

function problemAt(context: FieldsContext, { key, ...finding }: FieldFinding): Problem {
  const { source, path } = context;
  const place = key === undefined ? source.placeOfKey(path) : source.placeOf([...path, key]);
  return { ...place, ...finding };
}
