// Owns the other persons of an event: whom a field names beside the subject, what is theirs, and the columns that come of it.
import type { FieldDeclaration, FieldDeclarations } from './declarations/field-file.ts';
import { didYouMean, listNames } from './did-you-mean.ts';
import type { Field } from './field.ts';
import type { Purpose } from './platform.ts';
import type { Problem } from './problem.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** Another person whom an event is about, with the fields that are sealed under their keys. */
export interface OtherPerson {
  /** The field that names them, and the column of their subject token. */
  readonly field: string;
  readonly sealed: readonly Field[];
}

/** The other persons that events with these fields name. They stand at the top of the data only. */
export function otherPersonsOf(fields: readonly Field[]): readonly OtherPerson[] {
  return fields
    .filter(({ privacy }) => privacy.action === 'person')
    .map(({ name }) => ({
      field: name,
      sealed: fields.filter(({ privacy, whose }) => privacy.action === 'seal' && whose === name),
    }));
}

/** The column of what is sealed under the keys of another person. */
export function sealedColumnOf(person: string): string {
  return `${person}_sealed`;
}

/** What keeps the other persons of an event type from being what is declared, each at its field. */
export function otherPersonProblems(
  fields: FieldDeclarations,
  source: YamlSource,
  purpose: Purpose | undefined,
): readonly Problem[] {
  const persons = Object.keys(fields).filter((name) => fields[name]?.privacy === 'person');
  const top = Object.entries(fields).flatMap(([name, declared]): readonly Problem[] => {
    const path = ['fields', name];
    const found = declared.privacy === 'person' ? personProblems(name, { fields, source, path, purpose }) : [];
    return [...found, ...whoseProblems(declared, persons, source, path)];
  });
  return [...top, ...Object.entries(fields).flatMap(([name, each]) => belowProblems(each, source, ['fields', name]))];
}

interface AtPerson {
  readonly fields: FieldDeclarations;
  readonly source: YamlSource;
  readonly path: YamlPath;
  readonly purpose: Purpose | undefined;
}

function personProblems(name: string, { fields, source, path, purpose }: AtPerson): readonly Problem[] {
  const problems: Problem[] = [];
  if (purpose?.consentRequired === true) {
    problems.push({
      ...source.placeOf([...path, 'privacy']),
      message: 'the purpose needs consent, and an event says only what its subject agreed to',
      allowed: 'seal, token or drop',
      hint: 'hold what is about somebody else for a purpose that does not rest on consent',
    });
  }
  const column = sealedColumnOf(name);
  if (Object.hasOwn(fields, column)) {
    problems.push({
      ...source.placeOfKey(['fields', column]),
      message: `"${column}" is the column of what is sealed for "${name}"`,
      hint: 'choose another name',
    });
  }
  return problems;
}

function whoseProblems(
  { whose, privacy }: FieldDeclaration,
  persons: readonly string[],
  source: YamlSource,
  path: YamlPath,
): readonly Problem[] {
  if (whose === undefined) return [];
  const at = source.placeOf([...path, 'whose']);
  if (privacy !== 'seal' && privacy !== 'token') {
    return [
      {
        ...at,
        message: '"whose" says under whose key a value is kept, and this one needs none',
        allowed: 'privacy: seal or token',
      },
    ];
  }
  if (persons.includes(whose)) return [];
  return [
    {
      ...at,
      message: `no field "${whose}" names a person`,
      allowed: persons.length === 0 ? 'a field with `privacy: person`' : listNames(persons),
      hint: didYouMean(whose, persons) ?? 'declare it beside this field, with `privacy: person`',
    },
  ];
}

/** Inside records and lists nobody is named: one event has few people, each in a column of their own. */
function belowProblems(declared: FieldDeclaration, source: YamlSource, path: YamlPath): readonly Problem[] {
  const inner = declared.type === 'list' ? declared.of : declared;
  if (inner.type !== 'record') return [];
  const below = [...path, ...(declared.type === 'list' ? ['of'] : []), 'fields'];
  return Object.entries(inner.fields).flatMap(([name, field]): readonly Problem[] => {
    const at = [...below, name];
    const key = field.privacy === 'person' ? 'privacy' : field.whose === undefined ? undefined : 'whose';
    const own =
      key === undefined
        ? []
        : [
            {
              ...source.placeOf([...at, key]),
              message: 'only fields at the top of the data name another person, or are theirs',
              hint: 'move it out of the record',
            },
          ];
    return [...own, ...belowProblems(field, source, at)];
  });
}
