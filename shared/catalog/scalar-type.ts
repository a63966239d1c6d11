// Owns the types of a field that hold one value: their limits, with those that hold where a declaration sets none.
import { RE2JS } from 're2js';
import type { ElementDeclaration } from './declarations/field-file.ts';
import {
  DEFAULT_MAX_BYTES_LENGTH,
  DEFAULT_MAX_JSON_LENGTH,
  DEFAULT_MAX_STRING_LENGTH,
  type FieldType,
} from './field.ts';
import type { FieldFinding } from './field-privacy.ts';

/** What a declaration says of a type that holds one value. */
export type ScalarDeclaration = Exclude<ElementDeclaration, { type: 'record' }>;

/** The type with every limit set. */
export function scalarType(declared: ScalarDeclaration): FieldType {
  switch (declared.type) {
    case 'string': {
      const {
        min_length: minLength = 0,
        max_length: maxLength = DEFAULT_MAX_STRING_LENGTH,
        pattern,
        format,
      } = declared;
      return { kind: 'string', minLength, maxLength, pattern, format };
    }
    case 'int64':
    case 'float64':
    case 'numeric':
      return { kind: declared.type, min: declared.min, max: declared.max };
    case 'json':
      return { kind: 'json', maxLength: declared.max_length ?? DEFAULT_MAX_JSON_LENGTH };
    case 'bytes':
      return { kind: 'bytes', maxLength: declared.max_length ?? DEFAULT_MAX_BYTES_LENGTH };
    case 'enum':
      return { kind: 'enum', values: declared.values };
    case 'bool':
    case 'timestamp':
    case 'date':
      return { kind: declared.type };
  }
}

/** What is wrong with the limits of a declared type: they contradict each other, or no value can keep them. */
export function limitFindings(declared: ScalarDeclaration): readonly FieldFinding[] {
  switch (declared.type) {
    case 'string':
      return stringFindings(declared);
    case 'enum': {
      const twice = declared.values.find((value, index) => declared.values.indexOf(value) !== index);
      return twice === undefined ? [] : [{ key: 'values', message: `the value "${twice}" is listed twice` }];
    }
    case 'int64':
    case 'float64':
    case 'numeric': {
      const { min, max } = declared;
      if (min === undefined || max === undefined || min <= max) return [];
      return [{ key: 'min', message: `no number is at least ${min} and at most ${max}` }];
    }
    default:
      return [];
  }
}

function stringFindings(declared: ScalarDeclaration & { type: 'string' }): readonly FieldFinding[] {
  const { min_length: least = 0, max_length: most = DEFAULT_MAX_STRING_LENGTH, pattern } = declared;
  const findings: FieldFinding[] = [];
  if (least > most)
    findings.push({ key: 'min_length', message: `no text has ${least} or more and ${most} or fewer characters` });
  if (pattern !== undefined && !isPattern(pattern)) {
    const allowed = 'a regular expression of RE2: https://github.com/google/re2/wiki/Syntax';
    findings.push({ key: 'pattern', message: `"${pattern}" is not a regular expression`, allowed });
  }
  return findings;
}

function isPattern(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false; // a syntax error is the answer, not a failure
  }
}
