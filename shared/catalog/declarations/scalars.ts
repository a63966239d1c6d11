// Owns the small values that declarations are made of, each with the words in which an error says what is allowed.
import { z } from 'zod';
import { parseDuration } from '../../platform/duration.ts';
import { parseByteSize } from '../byte-size.ts';
import { type IdKind, ID_RULES, type IdRule, parseId, SNAKE_NAME } from '../../platform/ids.ts';

/** Longest prose of a declaration, in characters: BigQuery takes 1,024 for the description of a column. */
const MAX_PROSE_CHARS = 1024;

/** A sentence for people. Required wherever something is declared: a name alone explains nothing. */
export const prose = z
  .string()
  .min(10)
  .max(MAX_PROSE_CHARS)
  .meta({ what: 'a description', allowed: `a sentence of 10 to ${MAX_PROSE_CHARS} characters` });

/** An ISO 8601 duration, kept as text. */
export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined)
  .meta({
    what: 'an ISO 8601 duration',
    allowed: 'an ISO 8601 duration such as P400D, P20Y or PT1H',
    examples: ['P400D', 'PT1H'],
  });

/** A size in bytes, kept as text. */
export const byteSize = z
  .string()
  .refine((text) => (parseByteSize(text) ?? 0) > 0)
  .meta({ what: 'a size', allowed: 'a size such as 500MB, 10GB or 1TiB', examples: ['10GB'] });

/** The name of a column or field. */
export const snakeName = z
  .string()
  .regex(SNAKE_NAME.pattern)
  .max(128)
  .meta({ what: 'a name', allowed: SNAKE_NAME.allowed });

/** A reference to something that has an id, whether or not it is declared: compile looks that up. */
export function reference(kind: IdKind): z.ZodString {
  return z
    .string()
    .refine((text) => parseId(kind, text) !== undefined)
    .meta(words(ID_RULES[kind], kind === 'eventType' ? 'event type' : kind));
}

/** A text that a rule of names allows. */
export function named(rule: IdRule): z.ZodString {
  return z.string().regex(rule.pattern).meta(words(rule, 'name'));
}

/** Who may read something, as Google's IAM writes members. https://cloud.google.com/iam/docs/principal-identifiers */
export const member = z
  .string()
  .regex(/^(user|group|serviceAccount):[^\s@:]+@[^\s@:]+\.[^\s@:]+$|^domain:[^\s@:]+\.[^\s@:]+$/)
  .meta({
    what: 'a member',
    allowed: 'group:NAME@DOMAIN, user:NAME@DOMAIN, serviceAccount:NAME@DOMAIN or domain:DOMAIN',
  });

function words(rule: IdRule, noun: string): { readonly what: string; readonly allowed: string } {
  return { what: `the name of ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`, allowed: rule.allowed };
}
