// Owns the table of generalising rules: what an event type may write behind `generalise:`, on which field types, giving what.
import { AGE_BANDS, ageBand, UNKNOWN_AGE } from './age-band.ts';
import { coarsePlace, UNKNOWN_PLACE } from './coarse-place.ts';
import { ipPrefix, UNKNOWN_NETWORK } from './ip-prefix.ts';
import { timeBucket, UNKNOWN_TIME } from './time-bucket.ts';
import { OTHER_FAMILY, USER_AGENT_FAMILIES, userAgentFamily } from './user-agent-family.ts';

/** The field types of declarations that a rule can take or give. */
export type GeneraliseType = 'string' | 'int64' | 'date' | 'timestamp';

/** When the event happened, for rules about ages. */
export interface GeneraliseMoment {
  readonly occurredAtMs: number;
}

/** One rule. `apply` is pure and total: a value of any kind gives something coarse, and never an exception. */
export interface GeneraliseRule {
  readonly description: string;
  /** Declared types of the field that the rule can be written on. */
  readonly accepts: readonly GeneraliseType[];
  /** Type of the stored column, and of what `apply` gives. */
  readonly output: 'string' | 'timestamp';
  /** What anything unknown becomes. */
  readonly unknown: string;
  /** Everything that can come out, where that is a short list. */
  readonly values?: readonly string[];
  apply(value: unknown, moment: GeneraliseMoment): string;
}

/** The rules by their names in `privacy: {generalise: <name>}`. */
export const GENERALISE_RULES = {
  'ip-prefix': {
    description: 'The network of an address: /24 of IPv4, /48 of IPv6.',
    accepts: ['string'],
    output: 'string',
    unknown: UNKNOWN_NETWORK,
    apply: (value) => (typeof value === 'string' ? ipPrefix(value) : UNKNOWN_NETWORK),
  },
  'user-agent-family': {
    description: 'The family of a browser or program, without version, system or device.',
    accepts: ['string'],
    output: 'string',
    unknown: OTHER_FAMILY,
    values: USER_AGENT_FAMILIES,
    apply: (value) => (typeof value === 'string' ? userAgentFamily(value) : OTHER_FAMILY),
  },
  'coarse-place': {
    description: 'The cell of whole degrees that coordinates lie in, or the country of an ISO 3166-2 code.',
    accepts: ['string'],
    output: 'string',
    unknown: UNKNOWN_PLACE,
    apply: (value) => (typeof value === 'string' ? coarsePlace(value) : UNKNOWN_PLACE),
  },
  'time-bucket': {
    description: 'The start of the UTC hour of a timestamp, or of the month of a date.',
    accepts: ['timestamp', 'date'],
    output: 'timestamp',
    unknown: UNKNOWN_TIME,
    apply: (value) => (typeof value === 'string' ? timeBucket(value) : UNKNOWN_TIME),
  },
  'age-band': {
    description: 'The band of ages that an age in years or a date of birth falls in when the event happens.',
    accepts: ['int64', 'date', 'timestamp', 'string'],
    output: 'string',
    unknown: UNKNOWN_AGE,
    values: AGE_BANDS,
    apply: (value, { occurredAtMs }) =>
      typeof value === 'string' || typeof value === 'number' ? ageBand(value, occurredAtMs) : UNKNOWN_AGE,
  },
} as const satisfies Record<string, GeneraliseRule>;

export type GeneraliseRuleName = keyof typeof GENERALISE_RULES;

/** The rule of this name, if there is one. */
export function generaliseRule(name: string): GeneraliseRule | undefined {
  return Object.entries(GENERALISE_RULES).find(([each]) => each === name)?.[1];
}
