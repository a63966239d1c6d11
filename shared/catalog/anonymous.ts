// Owns what an endpoint has to keep that is declared anonymous: no column that tells people apart, and no small group in any partition.
import type { EndpointDraft } from './compile-endpoint.ts';
import type { Column } from './column.ts';
import type { AuditCheck, ColumnSource, Endpoint, EndpointPrivacy, SqlEndpoint } from './endpoint.ts';
import { envelopeSemantic } from './envelope-semantics.ts';
import type { Platform } from './platform.ts';
import type { Problem } from './problem.ts';

const SUBJECT = envelopeSemantic('subject');

/** The check that the audit of each partition makes: rows that stand for fewer people than promised, or for nobody knows how many. */
export function anonymityChecks(privacy: EndpointPrivacy | undefined): readonly AuditCheck[] {
  if (privacy?.anonymous === undefined) return [];
  const { k, people } = privacy.anonymous;
  return [
    { name: `privacy:k:${people}`, severity: 'fail', countSql: `COUNTIF(${people} IS NULL OR ${people} < ${k})` },
  ];
}

/** Whatever keeps an endpoint from being what it declares, once its lineage is known. */
export function anonymityProblems(
  endpoint: SqlEndpoint,
  { source, declared }: Pick<EndpointDraft, 'source' | 'declared'>,
  platform: Platform,
  endpointOf: (id: string) => Endpoint | undefined,
): readonly Problem[] {
  const anonymous = declared.privacy?.anonymous;
  if (anonymous === undefined) return [];
  const at = source.placeOf(['privacy', 'anonymous', 'people']);
  const people = endpoint.columns.find(({ name }) => name === anonymous.people);
  if (people === undefined || people.type !== 'INT64' || people.repeated) {
    const integers = endpoint.columns.filter(({ type, repeated }) => type === 'INT64' && !repeated);
    const allowed = integers.map(({ name }) => name).join(', ');
    return [{ ...at, message: `"${anonymous.people}" is no column of INT64`, allowed: allowed || 'an INT64 column' }];
  }
  const told = endpoint.columns.filter((column) => tellsApart(column, platform));
  const problems = told.map(({ name, semantic }): Problem => ({
    ...source.placeOf(['columns', name]),
    message: `the endpoint is declared anonymous, and "${name}" (${semantic ?? ''}) tells people apart`,
    hint: 'leave the column out, or make it coarser',
  }));
  const values = (endpoint.lineage.find(({ column }) => column === people.name)?.from ?? []).filter(
    ({ flow }) => flow !== 'influence',
  );
  // Every value in it, so that nothing else can make the number larger than there are people.
  if (values.length > 0 && values.every((from) => countsPeople(from, endpoint, anonymous, endpointOf))) return problems;
  return [
    ...problems,
    {
      ...at,
      message: `"${people.name}" does not count people`,
      allowed: `COUNT(DISTINCT subject) AS ${people.name}, or such a column of an anonymous endpoint with at least this k`,
    },
  ];
}

/**
 * Whether the column is the count itself of distinct values of one column: `COUNT(subject)` counts events, a pair or a text made of the
 * subject is more than people, and what is computed of a count is any number.
 */
function countsDistinct(query: string, people: string): boolean {
  return new RegExp(String.raw`\bCOUNT\s*\(\s*DISTINCT\s+(?:\w+\.)?\w+\s*\)\s+AS\s+${people}\b`, 'i').test(query);
}

/** Narrow values single out together with a few others: what is left then is for the threshold to hold. */
function tellsApart({ semantic }: Column, platform: Platform): boolean {
  return semantic !== undefined && platform.semantics[semantic]?.class === 'strict';
}

type Anonymous = NonNullable<EndpointPrivacy['anonymous']>;

function countsPeople(
  { endpoint, column, flow }: ColumnSource,
  { query }: SqlEndpoint,
  { k, people }: Anonymous,
  endpointOf: (id: string) => Endpoint | undefined,
): boolean {
  const from = endpointOf(endpoint);
  const isSubject = from?.columns.find(({ name }) => name === column)?.semantic === SUBJECT;
  if (flow === 'counted' && isSubject) return countsDistinct(query, people);
  const other = from?.privacy?.anonymous;
  return flow === 'identity' && other !== undefined && other.people === column && other.k >= k;
}
