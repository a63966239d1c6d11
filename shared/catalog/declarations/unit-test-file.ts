// Owns what `sql/<domain>/<endpoint>/tests/<name>.yaml` may say: rows that go in, and the rows that must come out.
import { z } from 'zod';
import { parsePartitionKey } from '../../pipelines/partition-key.ts';
import { parseTimestamp } from '../../platform/timestamp.ts';
import { prose, reference } from './scalars.ts';

/** Most rows of one table: a test is to be read. */
const MAX_ROWS = 1000;

const row = z
  .record(z.string(), z.unknown())
  .meta({ what: 'a row', allowed: 'a mapping of columns to values; a column that is left out is NULL' });
const rows = z
  .array(row)
  .max(MAX_ROWS)
  .meta({ what: 'rows', allowed: `a list of at most ${MAX_ROWS} rows` });

/** A unit test of a pipeline. */
export const unitTestFile = z
  .strictObject({
    description: prose.describe('What the test shows, for whoever breaks it.'),
    partition: z
      .string()
      .refine((text) => parsePartitionKey(text) !== undefined)
      .meta({
        what: 'a partition key',
        allowed: 'a partition key such as 2026-08-01T13, 2026-08-01, 2026-W31, 2026-08 or all',
      })
      .describe('The partition that is made: what @partition_start and @partition_end are.'),
    now: z
      .string()
      .refine((text) => parseTimestamp(text) !== undefined)
      .meta({ what: 'a time', allowed: 'a time such as 2026-08-02T06:00:00Z' })
      .optional()
      .describe('What time it is; by default the end of the partition.'),
    given: z.record(reference('endpoint'), rows).describe('The rows of every endpoint that the query reads.'),
    previous: rows.optional().describe('The rows of the endpoint itself, when its query reads them.'),
    expect: z
      .union([
        rows,
        z.strictObject({
          rows,
          match: z.enum(['exact', 'subset']).default('exact'),
          ordered: z.boolean().default(false),
        }),
      ])
      .meta({ what: 'expected rows', allowed: 'a list of rows, or {rows, match: exact or subset, ordered}' })
      .describe('The rows that must come out: these and no others, unless match is subset.'),
  })
  .describe('A unit test of an endpoint of Tributary made by SQL.');

/** A unit test as its file has it. */
export type UnitTestFile = z.output<typeof unitTestFile>;
