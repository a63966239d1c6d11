// Owns what `events/<domain>/<Name>.yaml` may say.
import { z } from 'zod';
import { fieldDeclarations } from './field-file.ts';
import { byteSize, duration, prose, reference } from './scalars.ts';

/** The smallest sample: one in a million. */
const MIN_SAMPLING = 0.000001;

/** The whole of a file that declares an event type. Its path is its name. */
export const eventTypeFile = z
  .strictObject({
    description: prose,
    owner: reference('team').describe('The team that answers for it, of platform/teams.yaml.'),
    tier: reference('tier').describe('Closing deadline, alert route and priority, of platform/tiers.yaml.'),
    purpose: reference('purpose').describe(
      'Why the data is held, of platform/purposes.yaml; keys are per user and purpose.',
    ),
    financial: z.boolean().default(false).describe('Whether partitions freeze, are reconciled and need two approvals.'),
    grain: z.enum(['hour', 'day']).describe('How the endpoint is partitioned and closed; hour keeps at most 416 days.'),
    retention: duration.describe('How long a partition is kept.'),
    dedupe: duration.default('P30D').describe('How far from its hour, both ways, a twin of an event is recognised.'),
    subject: z
      .enum(['user', 'none'])
      .default('user')
      .describe('user: the userId, else the anonymous visitor; none: events about nobody.'),
    sampling: z
      .number()
      .min(MIN_SAMPLING)
      .max(1)
      .default(1)
      .meta({ what: 'a sampling rate', allowed: `a number from ${MIN_SAMPLING} to 1, such as 0.1` })
      .describe('The part of the subjects whose events are kept (of events about nobody, of the events); default all.'),
    daily_bytes: byteSize
      .optional()
      .describe('Bytes that may be stored of it in a UTC day, beyond which its events are rejected; imports are free.'),
    fields: fieldDeclarations,
    examples: z
      .array(z.record(z.string(), z.json()))
      .min(1)
      .meta({ what: 'a list of examples', allowed: 'a list of one or more events, each the `data` of one' })
      .describe('Data that is valid; each example is a test.'),
  })
  .describe('An event type of Tributary.');

/** An event type as its file has it. */
export type EventTypeFile = z.output<typeof eventTypeFile>;
