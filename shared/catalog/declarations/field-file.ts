// Owns what a field of an event type may say in YAML; the rules between its parts are checked by `compile-fields.ts`.
import { z } from 'zod';
import { STRING_FORMATS } from '../field.ts';
import { prose, reference, snakeName } from './scalars.ts';

const length = z.int().min(0).max(1_000_000);

const privacy = z
  .union([
    z.enum(['clear', 'seal', 'token', 'person', 'drop']),
    z.strictObject({ generalise: z.string().describe('The rule that makes the value coarser.') }),
  ])
  .meta({ what: 'a privacy action', allowed: 'clear, seal, token, person, drop or {generalise: RULE}' });

/** What every field may say, whatever its type. */
const about = {
  description: prose,
  semantic: reference('semantic').optional().describe('What the value means, of platform/semantics.yaml.'),
  privacy: privacy.optional().describe('What happens to the value before it is stored; default clear.'),
  whose: z
    .string()
    .optional()
    .describe('Whose it is, where it is not the subject: the field with `privacy: person` that names them.'),
  optional: z.boolean().optional().describe('Whether the field may be left out; default false.'),
};

/** The types that hold one value, with the limits that each takes. */
const SCALARS = {
  string: {
    type: z.literal('string'),
    min_length: length.optional().describe('Fewest characters (UTF-16 units).'),
    max_length: length.optional().describe('Most characters (UTF-16 units).'),
    pattern: z.string().min(1).max(500).optional().describe('Regular expression (RE2) that the whole text must match.'),
    format: z.enum(STRING_FORMATS).optional().describe('A well-known form that the text must have.'),
  },
  int64: { type: z.literal('int64'), min: z.int().optional(), max: z.int().optional() },
  float64: { type: z.literal('float64'), min: z.number().optional(), max: z.number().optional() },
  numeric: { type: z.literal('numeric'), min: z.number().optional(), max: z.number().optional() },
  bool: { type: z.literal('bool') },
  timestamp: { type: z.literal('timestamp') },
  date: { type: z.literal('date') },
  json: { type: z.literal('json'), max_length: length.optional().describe('Most characters of its JSON text.') },
  bytes: { type: z.literal('bytes'), max_length: length.optional().describe('Most bytes.') },
  enum: { type: z.literal('enum'), values: z.array(z.string().min(1).max(100)).min(1).max(1000) },
} as const;

const scalar = [
  z.strictObject(SCALARS.string),
  z.strictObject(SCALARS.int64),
  z.strictObject(SCALARS.float64),
  z.strictObject(SCALARS.numeric),
  z.strictObject(SCALARS.bool),
  z.strictObject(SCALARS.timestamp),
  z.strictObject(SCALARS.date),
  z.strictObject(SCALARS.json),
  z.strictObject(SCALARS.bytes),
  z.strictObject(SCALARS.enum),
] as const;

type About = z.output<z.ZodObject<typeof about>>;
type Scalar = z.output<(typeof scalar)[number]>;
type Record = { type: 'record'; fields: FieldDeclarations };

/** The element of a list: a type and its limits; meaning and protection are said of the list. */
export type ElementDeclaration = Scalar | Record;
/** One field as the YAML has it. */
export type FieldDeclaration = About &
  (
    | ElementDeclaration
    | { type: 'list'; of: ElementDeclaration; min_items?: number | undefined; max_items?: number | undefined }
  );
/** Fields by name, in the order in which they are declared. */
export type FieldDeclarations = { [name: string]: FieldDeclaration };

/** Lazy, and with its type written out, because records hold fields again. */
export const fieldDeclarations: z.ZodType<FieldDeclarations> = z.lazy(() => z.record(snakeName, fieldDeclaration));

const element = z.discriminatedUnion('type', [
  ...scalar,
  z.strictObject({ type: z.literal('record'), fields: fieldDeclarations }),
]);

const fieldDeclaration = z.discriminatedUnion('type', [
  z.strictObject({ ...about, ...SCALARS.string }),
  z.strictObject({ ...about, ...SCALARS.int64 }),
  z.strictObject({ ...about, ...SCALARS.float64 }),
  z.strictObject({ ...about, ...SCALARS.numeric }),
  z.strictObject({ ...about, ...SCALARS.bool }),
  z.strictObject({ ...about, ...SCALARS.timestamp }),
  z.strictObject({ ...about, ...SCALARS.date }),
  z.strictObject({ ...about, ...SCALARS.json }),
  z.strictObject({ ...about, ...SCALARS.bytes }),
  z.strictObject({ ...about, ...SCALARS.enum }),
  z.strictObject({
    ...about,
    type: z.literal('list'),
    of: element,
    min_items: z.int().min(0).max(10_000).optional().describe('Fewest items; default none.'),
    max_items: z.int().min(1).max(10_000).optional().describe('Most items.'),
  }),
  z.strictObject({ ...about, type: z.literal('record'), fields: fieldDeclarations }),
]);
