// Owns which rules make a value coarser, what each takes and gives; `shared/privacy` does the work, one function a rule.
import type { ColumnTypeName } from './column.ts';
import type { FieldType } from './field.ts';

/** What a rule takes and gives. */
export interface GeneraliseRuleShape {
  readonly description: string;
  readonly takes: readonly FieldType['kind'][];
  readonly gives: ColumnTypeName;
}

/** Every rule that `privacy: {generalise: RULE}` may name. */
export const GENERALISE_RULES = {
  'ip-prefix': {
    description: 'The network of an address: /24 of IPv4, /48 of IPv6.',
    takes: ['string'],
    gives: 'STRING',
  },
  'user-agent-family': { description: 'The family of the browser, app or robot.', takes: ['string'], gives: 'STRING' },
  'age-band': {
    description: 'The age in bands of ten years when the event happened, of a date of birth.',
    takes: ['date'],
    gives: 'STRING',
  },
  'coarse-place': {
    description: 'A latitude and longitude, rounded to a tenth of a degree.',
    takes: ['string'],
    gives: 'STRING',
  },
  'time-hour': { description: 'The hour in which something happened.', takes: ['timestamp'], gives: 'TIMESTAMP' },
  'time-day': { description: 'The day on which something happened.', takes: ['timestamp'], gives: 'DATE' },
  url: {
    description:
      'Scheme, host and path, without user, query and fragment, and without path segments that name a person or a machine.',
    takes: ['string'],
    gives: 'STRING',
  },
  'email-domain': { description: 'The domain of an e-mail address.', takes: ['string'], gives: 'STRING' },
} as const satisfies { readonly [rule: string]: GeneraliseRuleShape };

/** The name of a rule. */
export type GeneraliseRule = keyof typeof GENERALISE_RULES;

/** Whether a text is the name of a rule. */
export function isGeneraliseRule(text: string): text is GeneraliseRule {
  return Object.hasOwn(GENERALISE_RULES, text);
}
