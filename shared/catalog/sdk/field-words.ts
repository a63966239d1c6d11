// Owns what generated code and schemas say about a field in words: what it is, what it takes, and how it is protected.
import { FORMAT_RULES } from '../../events/string-formats.ts';
import { DEFAULT_MAX_STRING_LENGTH, type Field, type FieldType, type PrivacyAction } from '../field.ts';

/** A field in a line: `Network of the client. An IPv4 or IPv6 address. Stored coarser: ip-prefix.` */
export function fieldWords({ description, type, privacy, whose }: Field): string {
  return [description, ...limitWords(type), ...privacyWords(privacy, whose)].map(sentence).join(' ');
}

function limitWords(type: FieldType): readonly string[] {
  switch (type.kind) {
    case 'string':
      return stringWords(type);
    case 'int64':
    case 'float64':
    case 'numeric':
      return rangeWords(type.min, type.max);
    case 'timestamp':
      return ['a time with its offset, such as 2026-08-01T13:00:00Z'];
    case 'date':
      return ['a day such as 2026-08-01'];
    case 'bytes':
      return [`base64 of at most ${type.maxLength} bytes`];
    case 'json':
      return [`at most ${type.maxLength} characters of JSON`];
    case 'list':
      return [itemWords(type), ...limitWords(type.of).map((words) => `each: ${words}`)];
    default:
      return [];
  }
}

function stringWords({
  minLength,
  maxLength,
  pattern,
  format,
}: Extract<FieldType, { kind: 'string' }>): readonly string[] {
  const words: string[] = [];
  if (format !== undefined) words.push(FORMAT_RULES[format].wanted);
  if (pattern !== undefined) words.push(`the whole text matches ${pattern} (RE2)`);
  if (minLength > 0) words.push(`${minLength} to ${maxLength} characters`);
  else if (maxLength !== DEFAULT_MAX_STRING_LENGTH) words.push(`at most ${maxLength} characters`);
  return words;
}

function itemWords({ minItems, maxItems }: Extract<FieldType, { kind: 'list' }>): string {
  return minItems === undefined ? `at most ${maxItems} items` : `${minItems} to ${maxItems} items`;
}

function rangeWords(min: number | undefined, max: number | undefined): readonly string[] {
  if (min !== undefined && max !== undefined) return [`${min} to ${max}`];
  if (min !== undefined) return [`at least ${min}`];
  return max === undefined ? [] : [`at most ${max}`];
}

function privacyWords(privacy: PrivacyAction, whose: string | undefined): readonly string[] {
  const key = whose === undefined ? "the user's key" : `the key of the person that ${whose} names`;
  switch (privacy.action) {
    case 'clear':
      return [];
    case 'seal':
      return [`sealed under ${key} before it is stored`];
    case 'token':
      return ['stored as a pseudonym'];
    case 'person':
      return ['the user id of another person, stored as the pseudonym of that person'];
    case 'drop':
      return ['checked and not stored'];
    case 'generalise':
      return [`stored coarser: ${privacy.rule}`];
  }
}

function sentence(words: string): string {
  const text = words.trim().replaceAll(/\s+/g, ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
