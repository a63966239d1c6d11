// Owns the functions behind `privacy: {generalise: RULE}`: one for each rule that the catalog declares, pure and total.
import type { GeneraliseRule } from '../../catalog/generalise-rules.ts';
import { ageBand, UNKNOWN_AGE } from './age-band.ts';
import { coarsePlace, UNKNOWN_PLACE } from './coarse-place.ts';
import { emailDomain, UNKNOWN_DOMAIN } from './email-domain.ts';
import { ipPrefix, UNKNOWN_NETWORK } from './ip-prefix.ts';
import { pageUrl, UNKNOWN_URL } from './page-url.ts';
import { timeDay, timeHour, UNKNOWN_DAY, UNKNOWN_HOUR } from './time-bucket.ts';
import { OTHER_FAMILY, userAgentFamily } from './user-agent-family.ts';

/** When the event happened, in epoch milliseconds, for rules about ages. */
export interface GeneraliseMoment {
  readonly occurredAtMs: number;
}

/** What a rule does with a text, and what it gives for anything it does not understand. */
interface Generaliser {
  readonly apply: (text: string, moment: GeneraliseMoment) => string;
  readonly unknown: string;
}

/** The rules at work. What they take and give is in the catalog's table of the same names. */
export const GENERALISERS: { readonly [Rule in GeneraliseRule]: Generaliser } = {
  'ip-prefix': { apply: ipPrefix, unknown: UNKNOWN_NETWORK },
  'user-agent-family': { apply: userAgentFamily, unknown: OTHER_FAMILY },
  'age-band': { apply: (text, { occurredAtMs }) => ageBand(text, occurredAtMs), unknown: UNKNOWN_AGE },
  'coarse-place': { apply: coarsePlace, unknown: UNKNOWN_PLACE },
  'time-hour': { apply: timeHour, unknown: UNKNOWN_HOUR },
  'time-day': { apply: timeDay, unknown: UNKNOWN_DAY },
  url: { apply: pageUrl, unknown: UNKNOWN_URL },
  'email-domain': { apply: emailDomain, unknown: UNKNOWN_DOMAIN },
};

/**
 * Makes a value coarser by a rule. Any value of any kind gives something that many people share, never the value itself and
 * never an exception: what the rule does not understand becomes its `unknown`.
 */
export function generalise(rule: GeneraliseRule, value: unknown, moment: GeneraliseMoment): string {
  const { apply, unknown } = GENERALISERS[rule];
  if (typeof value !== 'string' && typeof value !== 'number') return unknown;
  return apply(String(value), moment);
}
