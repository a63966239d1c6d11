// Owns a small repository of declarations for tests, and ways to change one part of it.
import assert from 'node:assert/strict';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { formatProblem, type Problem } from '#shared/catalog/problem.ts';
import { parseId } from '#shared/platform/ids.ts';

/** The smallest platform that everything in the tests refers to. */
export const PLATFORM: Readonly<Record<string, string>> = {
  'platform/teams.yaml': 'team-a: {description: The team of the tests., contact: a@example.com}\n',
  'platform/purposes.yaml': [
    'analytics: {description: To learn how it is used., legal_basis: consent, consent: required, longest_retention: P20Y}',
    'quality: {description: To mend rejected events., legal_basis: contract, consent: not-required, longest_retention: P90D}',
    'account: {description: To keep the account., legal_basis: contract, consent: not-required, longest_retention: P1Y}',
  ].join('\n'),
  'platform/semantics.yaml': [
    'metric: {class: none, description: A measured quantity.}',
    'content.id: {class: none, description: The id of some content.}',
    'geo.country: {class: broad, description: The country of somebody.}',
    'network.prefix: {class: narrow, description: The network of an address.}',
    'user.email: {class: strict, description: An e-mail address.}',
    'user.ip: {class: strict, description: An address., generalises: {ip-prefix: network.prefix}}',
  ].join('\n'),
  'platform/tiers.yaml':
    'gold: {description: The best of the tiers., closing_deadline: PT15M, alert: page, priority: 1}\n',
  'platform/pools.yaml': 'default: {description: Where runs take places., slots: 5}\n',
  'platform/roles.yaml': ['analyst', 'team', 'compliance', 'admin']
    .map((role) => `${role}: {description: The role ${role} of people.}`)
    .join('\n'),
  'platform/privacy.yaml': 'revocation_bound: PT5M\nepoch: P30D\nfailed_events: P14D\nexport_link: P7D\n',
  'platform/prices.yaml': [
    'as_of: 2026-09-01',
    'bigquery_query_tib: 6.25',
    'bigquery_storage_gib_month: 0.02',
    'pubsub_delivery_tib: 40',
    'pubsub_bigquery_tib: 50',
    'storage_class_a_10k: 0.05',
    'storage_class_b_10k: 0.004',
    'kms_10k: 0.03',
    'kms_version_month: 0.06',
    'workflows_step_1k: 0.01',
  ].join('\n'),
};

/** An event type that compiles; tests replace single lines of it. */
export const PLAYED = `description: A track was played to its end.
owner: team-a
tier: gold
purpose: analytics
grain: hour
retention: P400D
fields:
  track: {type: string, semantic: content.id, description: The played track.}
  ms: {type: int64, min: 0, max: 1000, semantic: metric, description: Milliseconds played.}
  email: {type: string, semantic: user.email, privacy: seal, optional: true, description: Address of the listener.}
  ip: {type: string, semantic: user.ip, privacy: {generalise: ip-prefix}, optional: true, description: Network of the client.}
examples:
  - {track: t1, ms: 3}
`;

/** The files of the repository with some added or replaced. */
export function filesWith(changed: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries({ ...PLATFORM, 'events/music/Played.yaml': PLAYED, ...changed }));
}

/** Compiles what must compile. */
export function compiled(files: ReadonlyMap<string, string>): Catalog {
  const result = compileCatalog(files);
  assert.equal(result.kind, 'compiled', result.kind === 'failed' ? result.problems.map(formatProblem).join('\n') : '');
  assert.ok(result.kind === 'compiled');
  return result.catalog;
}

/** Compiles what must not compile, and answers what is said about it. */
export function problemsOf(files: ReadonlyMap<string, string>): readonly Problem[] {
  const result = compileCatalog(files);
  assert.ok(result.kind === 'failed', 'it compiled');
  return result.problems;
}

/** What is said about the event type when some text of it is replaced. */
export function problemsWith(from: string, to: string): readonly string[] {
  assert.ok(PLAYED.includes(from), from);
  return problemsOf(filesWith({ 'events/music/Played.yaml': PLAYED.replace(from, to) })).map(formatProblem);
}

/** The event type of a text. */
export function eventTypeOf(text: string, file = 'events/music/Played.yaml'): EventType {
  const catalog = compiled(filesWith({ 'events/music/Played.yaml': PLAYED, [file]: text }));
  const [, domain = '', name = ''] = /^events\/(\w+)\/(\w+)\.yaml$/.exec(file) ?? [];
  const id = parseId('eventType', `${domain}.${name}`);
  const eventType = id === undefined ? undefined : catalog.eventTypes[id];
  assert.ok(eventType !== undefined);
  return eventType;
}

/** `platform/purposes.yaml` in which endpoints may open what was sealed for a purpose. */
export function purposesOpenedBy(purpose: string, openedBy: string): Readonly<Record<string, string>> {
  const file = filesWith({}).get('platform/purposes.yaml') ?? '';
  const grant = new RegExp(`^(${purpose}: \\{.*)\\}$`, 'm');
  return { 'platform/purposes.yaml': file.replace(grant, `$1, opened_by: ${openedBy}}`) };
}
