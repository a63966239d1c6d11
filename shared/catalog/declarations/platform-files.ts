// Owns what the files of `platform/` may say: teams, purposes, semantic types, tiers, pools, roles, privacy and prices.
import { z } from 'zod';
import { ID_RULES, type IdKind } from '../../platform/ids.ts';
import { PEOPLE_ROLES } from '../../platform/roles.ts';
import { duration, member, named, prose, reference } from './scalars.ts';

/** The grounds of Article 6(1) GDPR on which data may be held. */
export const LEGAL_BASES = [
  'consent',
  'contract',
  'legal-obligation',
  'vital-interests',
  'public-task',
  'legitimate-interests',
] as const;

/** How much a value says about a person, from nothing to everything. */
export const SEMANTIC_CLASSES = ['none', 'broad', 'narrow', 'strict'] as const;
/** One of the classes. */
export type SemanticClass = (typeof SEMANTIC_CLASSES)[number];

/** Roles that may be granted to open sealed values. */
const OPENING_ROLES = PEOPLE_ROLES.filter((role) => role !== 'admin');

const email = z.email().meta({ what: 'an e-mail address', allowed: 'NAME@DOMAIN' });
const price = z.number().min(0);

/** `platform/teams.yaml` */
export const teamsFile = byId('team', {
  description: prose,
  contact: email.describe('Where alerts and questions go.'),
  members: z.array(member).default([]).describe('Who may apply changes and reruns of what the team owns.'),
});

/** `platform/purposes.yaml` */
export const purposesFile = byId('purpose', {
  description: prose,
  legal_basis: z.enum(LEGAL_BASES),
  consent: z
    .enum(['required', 'not-required'])
    .describe('Whether an event needs `consent: {<purpose>: true}` at the door.'),
  longest_retention: duration.describe('No event type or endpoint of the purpose may be kept longer.'),
  opened_by: z
    .strictObject({
      roles: z
        .array(z.enum(OPENING_ROLES))
        .default([])
        .describe('Roles of people; each opening needs a reason and is recorded. An admin opens nothing.'),
      endpoints: z.array(reference('endpoint')).default([]).describe('Endpoints whose queries may open values.'),
    })
    .optional()
    .describe('Who may open what was sealed for the purpose; left out: compliance, and no pipeline.'),
});

/** `platform/semantics.yaml` */
export const semanticsFile = byId('semantic', {
  description: prose,
  class: z
    .enum(SEMANTIC_CLASSES)
    .describe('How much a value says about a person; strict values are never stored in clear.'),
  generalises: z
    .record(z.string(), reference('semantic'))
    .optional()
    .describe('Rules that make a value coarser, and the semantic type of what comes out.'),
});

/** `platform/tiers.yaml` */
export const tiersFile = byId('tier', {
  description: prose,
  closing_deadline: duration.describe('When a partition is closed although events are missing, counted from its end.'),
  alert: z.enum(['page', 'ticket', 'none']),
  priority: z.int().min(1).max(9).describe('1 goes first.'),
});

/** `platform/pools.yaml` */
export const poolsFile = byId('pool', {
  description: prose,
  slots: z.int().min(1).max(10_000).describe('How many runs of the pool may be under way.'),
});

/** `platform/roles.yaml`: who holds each role of people. */
export const rolesFile = z.strictObject(
  Object.fromEntries(
    PEOPLE_ROLES.map((role) => [role, z.strictObject({ description: prose, members: z.array(email).default([]) })]),
  ) as { readonly [Role in (typeof PEOPLE_ROLES)[number]]: RoleDeclaration },
);

/** `platform/privacy.yaml`: the numbers that the platform promises. */
export const privacyFile = z.strictObject({
  revocation_bound: duration.describe('Within this time after a shredding no instance uses the key any more.'),
  epoch: duration.describe('How long one KMS key version wraps keyrings before it is closed and destroyed.'),
  failed_events: duration.describe('How long the day key of failed events without a subject lives.'),
  export_link: duration.describe('How long an export can be fetched.'),
});

/** `platform/prices.yaml`: list prices in US dollars, for estimates only. */
export const pricesFile = z.strictObject({
  as_of: z.iso
    .date()
    .meta({ what: 'a date', allowed: 'a date such as 2026-08-01' })
    .describe('When they were looked up.'),
  bigquery_query_tib: price,
  bigquery_storage_gib_month: price,
  pubsub_delivery_tib: price,
  pubsub_bigquery_tib: price,
  storage_class_a_10k: price,
  storage_class_b_10k: price,
  kms_10k: price,
  kms_version_month: price,
  workflows_step_1k: price,
});

type RoleDeclaration = z.ZodObject<{ description: typeof prose; members: z.ZodDefault<z.ZodArray<typeof email>> }>;

function byId<Shape extends z.core.$ZodLooseShape>(
  kind: IdKind,
  shape: Shape,
): z.ZodRecord<z.ZodString, z.ZodObject<Shape, z.core.$strict>> {
  return z.record(named(ID_RULES[kind]), z.strictObject(shape));
}
