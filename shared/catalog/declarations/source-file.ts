// Owns what `platform/sources/<name>.yaml` may say: which events of another protocol are which event types, and how.
import { z } from 'zod';
import { PATH_ALLOWED, parsePath } from '../../events/sources/source-path.ts';
import { PROTOCOL_NAMES } from '../../events/sources/protocols.ts';
import { WRITE_KEY_NAME } from '../../events/write-key.ts';
import { prose, reference, snakeName } from './scalars.ts';

/** Most names, values and examples of one file or event: people write these by hand. */
const MAX_ENTRIES = 2000;

const path = z
  .string()
  .refine((text) => parsePath(text) !== undefined)
  .meta({ what: 'a path', allowed: PATH_ALLOWED, examples: ['properties.track_id'] });

const conversion = {
  values: z
    .record(z.string(), z.json())
    .optional()
    .describe('Other words for the same, by the value that is sent; what is not named stays as it is.'),
  as: z.enum(['text', 'number', 'boolean']).optional().describe('Makes a text of a number, or the other way round.'),
  times: z.number().optional().describe('Factor of a number, such as 1000 from seconds to milliseconds.'),
  otherwise: z.json().optional().describe('What the field is where nothing was sent.'),
};

/** Where a field comes from, as the YAML has it. */
export type FieldSource =
  | string
  | { constant: z.output<ReturnType<typeof z.json>> }
  | ({ path: string | string[] } & z.output<z.ZodObject<typeof conversion>>)
  | { fields: FieldSources }
  | { each: string; fields: FieldSources };
/** Fields by name. */
export type FieldSources = { [field: string]: FieldSource };

/** Lazy, and with its type written out, because records hold fields again. */
const fieldSources: z.ZodType<FieldSources> = z.lazy(() => z.record(snakeName, fieldSource));

const fieldSource: z.ZodType<FieldSource> = z
  .union([
    path,
    z.strictObject({ constant: z.json().describe('The same for every event.') }),
    z.strictObject({
      path: z
        .union([path, z.array(path).min(1).max(8)])
        .describe('Where it stands; of several, the first that is there.'),
      ...conversion,
    }),
    z.strictObject({ each: path.describe('A list; paths of its fields begin at the item.'), fields: fieldSources }),
    z.strictObject({ fields: fieldSources.describe('The fields of a record.') }),
  ])
  .meta({
    what: 'where a field comes from',
    allowed:
      'a path, {path: PATH or list of them, values, as, times, otherwise}, {constant: VALUE}, {fields: …} for a record, or {each: PATH, fields: …} for a list of records',
  });

/** Who and when, where the protocol does not say it. */
const about = {
  userId: path.optional().describe('Where the user id stands, when not where the protocol has it.'),
  anonymousId: path.optional().describe('Where the id of an anonymous visitor stands.'),
  occurredAt: path.optional().describe('Where the time stands at which it happened.'),
};

const example = z.strictObject({
  sent: z.record(z.string(), z.json()).describe('An event as the client sends it.'),
  request: z
    .strictObject({ ip: z.string().optional(), user_agent: z.string().optional() })
    .optional()
    .describe('What the request says about who sent it, for paths that begin with request.'),
  data: z.record(z.string(), z.json()).describe('The data that must come of it.'),
  userId: z.string().optional().describe('The user that it must be about.'),
  anonymousId: z.string().optional().describe('The visitor that it must be about.'),
  consent: z.record(z.string(), z.boolean()).optional().describe('The consent that it must carry.'),
});

const event = z.strictObject({
  type: reference('eventType').describe('The event type that it becomes.'),
  ...about,
  fields: fieldSources.default({}).describe('Where each field of the event type comes from.'),
  examples: z
    .array(example)
    .min(1)
    .max(MAX_ENTRIES)
    .meta({ what: 'a list of examples', allowed: 'a list of one or more {sent, data}' })
    .describe('What is sent and what must come of it; each example is a test.'),
});

const eventName = z.string().min(1).max(MAX_ENTRIES);

/** The whole of a file that maps the events of a source. Its path is its name. */
export const sourceFile = z
  .strictObject({
    description: prose,
    owner: reference('team').describe('The team that answers for it, of platform/teams.yaml.'),
    protocol: z.enum(PROTOCOL_NAMES).describe('What its clients speak.'),
    write_keys: z
      .array(
        z
          .string()
          .regex(WRITE_KEY_NAME)
          .meta({ what: 'the name of a write key', allowed: 'its name, never its secret' }),
      )
      .min(1)
      .max(MAX_ENTRIES)
      .optional()
      .describe('Names of the write keys that it is for; without it, all that no other source of the protocol names.'),
    ...about,
    consent: z
      .record(z.string(), path)
      .default({})
      .describe('For each purpose, where the answer of the user stands: true or false.'),
    unmapped: z
      .enum(['refuse', 'by-name'])
      .default('refuse')
      .describe('by-name: an event that is not mapped is of the event type that it names, with its data as it is.'),
    drop: z
      .array(eventName)
      .max(MAX_ENTRIES)
      .default([])
      .describe('Events that are not wanted: counted, and kept nowhere, not even among the failed ones.'),
    events: z.record(eventName, event).default({}).describe('What events are, by the name that the client gives them.'),
  })
  .describe('The mapping of a source: how events that other clients send become event types of Tributary.');

/** A mapping as its file has it. */
export type SourceFile = z.output<typeof sourceFile>;
