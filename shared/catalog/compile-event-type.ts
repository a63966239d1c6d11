// Owns compiling one `events/<domain>/<Name>.yaml`: its references, its durations, its fields, and every problem it has.
import { digestOf } from '../platform/digest.ts';
import { durationOf, type DurationText, exceeds } from '../platform/duration.ts';
import { DOMAIN, EVENT_NAME, type EventTypeId, parseId } from '../platform/ids.ts';
import { HOUR_MS } from '../pipelines/partition-key.ts';
import { DAY_MS } from '../platform/civil-date.ts';
import { parseByteSize } from './byte-size.ts';
import { type EventTypeFile, eventTypeFile } from './declarations/event-type-file.ts';
import type { EventType } from './event-type.ts';
import { compileFields } from './compile-fields.ts';
import type { Field, FieldType } from './field.ts';
import { endpointOf, isReservedDomain } from './names.ts';
import { otherPersonProblems } from './other-persons.ts';
import type { Platform } from './platform.ts';
import type { Problem } from './problem.ts';
import { lookUp } from './references.ts';
import { checkSchema } from './schema-problems.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

/** An event type with where it was declared, or why it is none. */
export interface EventTypeResult {
  readonly eventType: EventType | undefined;
  readonly source: YamlSource | undefined;
  readonly problems: readonly Problem[];
}

/** BigQuery keeps at most so many partitions in a table. https://cloud.google.com/bigquery/quotas#partitioned_tables */
export const MAX_PARTITIONS = 10_000;

/** Compiles the file of an event type. */
export function compileEventType(file: string, text: string, platform: Platform): EventTypeResult {
  const problems: Problem[] = [];
  const id = idOfPath(file, problems);
  const parsed = parseYaml(file, text);
  if (parsed.kind === 'failed')
    return { eventType: undefined, source: undefined, problems: [...problems, ...parsed.problems] };
  const { source } = parsed;
  const declared = checkSchema(source, eventTypeFile);
  if (declared.kind === 'invalid')
    return { eventType: undefined, source, problems: [...problems, ...declared.problems] };
  const references = referencesOf(declared.value, source, platform, problems);
  problems.push(...durationProblems(declared.value, source, platform), ...samplingProblems(declared.value, source));
  const compiled = compileFields(declared.value.fields, {
    source,
    platform,
    path: ['fields'],
    depth: 0,
    inside: 'nothing',
    subject: declared.value.subject,
  });
  problems.push(...compiled.problems);
  const purpose = references === undefined ? undefined : platform.purposes[references.purpose];
  problems.push(...otherPersonProblems(declared.value.fields, source, purpose));
  if (problems.length > 0 || id === undefined || references === undefined)
    return { eventType: undefined, source, problems };
  return { eventType: eventTypeOf(id, declared.value, references, compiled.fields), source, problems };
}

/** The id that a path gives, with a problem when it gives none. */
function idOfPath(file: string, problems: Problem[]): EventTypeId | undefined {
  const [, domain = '', name = ''] = /^events\/([^/]+)\/([^/]+)\.yaml$/.exec(file) ?? [];
  const at = { file, line: 1, column: 1, hint: 'the path of a declaration is its name' };
  if (!DOMAIN.pattern.test(domain))
    problems.push({ ...at, message: `"${domain}" cannot be a domain`, allowed: DOMAIN.allowed });
  if (isReservedDomain(domain)) problems.push({ ...at, message: `the domain "${domain}" is the platform's own` });
  if (!EVENT_NAME.pattern.test(name))
    problems.push({ ...at, message: `"${name}" cannot be an event type`, allowed: EVENT_NAME.allowed });
  return parseId('eventType', `${domain}.${name}`);
}

type References = Pick<EventType, 'owner' | 'tier' | 'purpose'>;

function referencesOf(
  declared: EventTypeFile,
  source: YamlSource,
  platform: Platform,
  problems: Problem[],
): References | undefined {
  const find = { source, problems };
  const owner = lookUp('team', declared.owner, platform.teams, { ...find, path: ['owner'] });
  const tier = lookUp('tier', declared.tier, platform.tiers, { ...find, path: ['tier'] });
  const purpose = lookUp('purpose', declared.purpose, platform.purposes, { ...find, path: ['purpose'] });
  return owner === undefined || tier === undefined || purpose === undefined ? undefined : { owner, tier, purpose };
}

function durationProblems(declared: EventTypeFile, source: YamlSource, platform: Platform): readonly Problem[] {
  const problems: Problem[] = [];
  const retention = durationOf(declared.retention);
  const purposeId = parseId('purpose', declared.purpose);
  const purpose = purposeId === undefined ? undefined : platform.purposes[purposeId];
  if (purpose !== undefined && exceeds(retention, durationOf(purpose.longestRetention))) {
    problems.push({
      ...source.placeOf(['retention']),
      message: `${declared.retention} is longer than the purpose "${declared.purpose}" allows`,
      allowed: `at most ${purpose.longestRetention}`,
      hint: 'shorten it, or have the purpose reviewed in platform/purposes.yaml',
    });
  }
  const partitionMs = declared.grain === 'hour' ? HOUR_MS : DAY_MS;
  if (exceeds(retention, { months: 0, days: 0, ms: MAX_PARTITIONS * partitionMs })) {
    problems.push({
      ...source.placeOf(['retention']),
      message: `${declared.retention} of ${declared.grain} partitions are more than the ${MAX_PARTITIONS} that a table can have`,
      allowed: declared.grain === 'hour' ? 'at most P416D with grain hour' : 'at most P10000D with grain day',
      ...(declared.grain === 'hour' ? { hint: 'use `grain: day`' } : {}),
    });
  }
  if (exceeds(durationOf(declared.dedupe), retention)) {
    problems.push({
      ...source.placeOf(['dedupe']),
      message: `twins cannot be recognised over ${declared.dedupe} when partitions are kept for ${declared.retention}`,
      allowed: `at most ${declared.retention}`,
    });
  }
  return problems;
}

/** What is reconciled to the cent must be whole. */
function samplingProblems({ financial, sampling, daily_bytes }: EventTypeFile, source: YamlSource): readonly Problem[] {
  if (!financial) return [];
  const keys = [...(sampling === 1 ? [] : ['sampling']), ...(daily_bytes === undefined ? [] : ['daily_bytes'])];
  return keys.map((key) => ({
    ...source.placeOf([key]),
    message: `"${key}" would leave events of a financial type out`,
    hint: 'leave it away, or declare `financial: false`',
  }));
}

// eslint-disable-next-line max-params -- the four parts of which an event type is made
function eventTypeOf(
  id: EventTypeId,
  declared: EventTypeFile,
  references: References,
  fields: readonly Field[],
): EventType {
  const { description, financial, grain, subject, examples, daily_bytes: dailyBytes } = declared;
  // Left out where it samples nothing, so that declarations without it keep their digests.
  const sampling = declared.sampling === 1 ? {} : { sampling: declared.sampling };
  // The schema of the file has checked both durations.
  const [retention, dedupe] = [declared.retention as DurationText, declared.dedupe as DurationText];
  const deciding = {
    id,
    purpose: references.purpose,
    financial,
    grain,
    retention,
    dedupe,
    subject,
    ...sampling,
    fields: fields.map(bareField),
  };
  return {
    id,
    endpoint: endpointOf(id),
    description,
    ...references,
    financial,
    grain,
    retention,
    dedupe,
    subject,
    ...sampling,
    ...(dailyBytes === undefined ? {} : { dailyBytes: parseByteSize(dailyBytes) }),
    fields,
    examples,
    declaration: digestOf(deciding),
  };
}

/** A field without its prose, so that rewording a description is no new version. */
function bareField({ name, type, optional, semantic, privacy, whose }: Field): unknown {
  // Left out where it is the subject's, so that declarations without it keep their digests.
  return { name, type: bareType(type), optional, semantic, privacy, ...(whose === undefined ? {} : { whose }) };
}

function bareType(type: FieldType): unknown {
  if (type.kind === 'record') return { kind: type.kind, fields: type.fields.map(bareField) };
  return type.kind === 'list' ? { ...type, of: bareType(type.of) } : type;
}
