// Owns what `sql/<domain>/<endpoint>/endpoint.yaml` may say; the query itself is analysed elsewhere.
import { z } from 'zod';
import { GRAINS } from '../../pipelines/partition-key.ts';
import { parseInputWindow, WINDOW_FORMS } from '../../pipelines/input-window.ts';
import { parseSchedule, SCHEDULE_FORMS } from '../../pipelines/schedule.ts';
import { parseByteSize } from '../byte-size.ts';
import { parseColumnType } from '../column-type.ts';
import { privacyPart } from './privacy-part.ts';
import { duration, member, prose, reference, snakeName } from './scalars.ts';

const isoDate = z.iso.date().meta({ what: 'a date', allowed: 'a date such as 2026-08-01' });
const severity = z.enum(['warn', 'fail']).default('fail').describe('warn reports, fail blocks publication.');
const literal = z
  .union([z.string(), z.number(), z.boolean()])
  .meta({ what: 'a value', allowed: 'a text, a number, true or false' });

const columnTest = z
  .union([
    z.enum(['not_null', 'unique']),
    z.strictObject({ not_null: z.strictObject({ severity }) }),
    z.strictObject({ unique: z.strictObject({ severity }) }),
    z.strictObject({ range: z.strictObject({ min: z.number().optional(), max: z.number().optional(), severity }) }),
    z.strictObject({ accepted_values: z.strictObject({ values: z.array(literal).min(1).max(1000), severity }) }),
    z.strictObject({ matches: z.strictObject({ pattern: z.string().min(1).max(500), severity }) }),
  ])
  .meta({
    what: 'a test',
    allowed:
      'not_null, unique, {range: {min, max}}, {accepted_values: {values}} or {matches: {pattern}}, each with {severity: warn} if wanted',
  });

const tableTest = z
  .union([
    z.strictObject({ unique: z.strictObject({ columns: z.array(snakeName).min(1), severity }) }),
    z.strictObject({
      row_count: z.strictObject({ min: z.int().min(0).optional(), max: z.int().min(0).optional(), severity }),
    }),
  ])
  .meta({
    what: 'a test',
    allowed: '{unique: {columns}} or {row_count: {min, max}}, each with {severity: warn} if wanted',
  });

const columnDeclaration = z.strictObject({
  type: z
    .string()
    .refine((text) => parseColumnType(text) !== undefined)
    .meta({
      what: 'a GoogleSQL type',
      allowed: 'a GoogleSQL type such as STRING, INT64, DATE, ARRAY<STRING> or STRUCT<a INT64, b STRING>',
    }),
  description: prose.optional(),
  semantic: reference('semantic')
    .optional()
    .describe('What it means; needed where a strict or sealed column flows in.'),
  tests: z.array(columnTest).optional(),
});

const inputDeclaration = z.strictObject({
  window: z
    .string()
    .refine((text) => parseInputWindow(text) !== undefined)
    .meta({ what: 'a window', allowed: WINDOW_FORMS })
    .optional(),
  max_age: duration.optional().describe('Of `latest`: the oldest partition that still serves.'),
  require: z
    .union([z.enum(['all', 'any']), z.strictObject({ min: z.int().min(0) })])
    .meta({ what: 'a requirement', allowed: 'all, any or {min: N}' })
    .optional(),
});

/** The whole of an endpoint.yaml of a SQL pipeline. Its path is its name. */
export const endpointFile = z
  .strictObject({
    description: prose,
    owner: reference('team').describe('The team that answers for it, of platform/teams.yaml.'),
    purpose: reference('purpose')
      .optional()
      .describe('Default: the purpose of its inputs, when they have one in common.'),
    partition: z.strictObject({
      column: snakeName.optional().describe('The column that says which partition a row is in; not for grain all.'),
      grain: z.enum(GRAINS),
      start: isoDate.describe('The first day that there is a partition for.'),
    }),
    schedule: z
      .string()
      .refine((text) => parseSchedule(text) !== undefined)
      .meta({ what: 'a schedule', allowed: SCHEDULE_FORMS })
      .optional()
      .describe('When ended partitions are taken up; left out: as soon as their inputs are there.'),
    offset: duration.default('PT0S').describe('Extra wait after a partition has ended.'),
    lookback: z.int().min(0).max(400).default(0).describe('How many partitions before are rebuilt with each.'),
    on_restate: z.enum(['auto', 'warn', 'ignore']).default('auto').describe('What a new generation of an input does.'),
    retention: duration.describe('How long a partition is kept.'),
    pool: reference('pool').default('default'),
    columns: z.record(snakeName, columnDeclaration),
    tests: z.array(tableTest).optional(),
    inputs: z
      .record(reference('endpoint'), inputDeclaration)
      .default({})
      .describe('Only where the default mapping is wrong.'),
    readers: z.array(member).default([]),
    slo: z
      .strictObject({
        deadline: z
          .string()
          .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
          .meta({ what: 'a time', allowed: 'a time of day such as 06:00' }),
        timezone: z
          .string()
          .refine(isTimeZone)
          .meta({ what: 'a time zone', allowed: 'an IANA name such as Europe/Stockholm' })
          .default('UTC'),
        objective: z
          .number()
          .gt(0)
          .lt(1)
          .meta({ what: 'an objective', allowed: 'a share between 0 and 1, such as 0.99' }),
      })
      .optional(),
    privacy: privacyPart,
    max_bytes_billed: z
      .string()
      .refine((text) => parseByteSize(text) !== undefined)
      .meta({ what: 'a size', allowed: 'a size such as 500MB, 1TB or 1TiB' })
      .optional(),
  })
  .describe('An endpoint of Tributary made by SQL.');

/** An endpoint as its file has it. */
export type EndpointFile = z.output<typeof endpointFile>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // a RangeError says that there is no such zone
  }
}
