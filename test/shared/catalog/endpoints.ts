// Owns a SQL endpoint for tests, and ways to change one part of it.
import assert from 'node:assert/strict';
import type { SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { parseId } from '#shared/platform/ids.ts';
import { compiled, filesWith, problemsOf } from './declarations.ts';

/** A contract that compiles; tests replace single parts of it. */
export const CONTRACT = `description: Plays per day and listener.
owner: team-a
partition: {column: day, grain: day, start: 2026-01-01}
schedule: "@daily"
retention: P400D
columns:
  day: {type: DATE}
  subject: {type: STRING, semantic: subject, tests: [not_null]}
  plays: {type: INT64, tests: [{range: {min: 0, max: 5000, severity: warn}}]}
tests: [{unique: {columns: [day, subject]}}]
max_bytes_billed: 1TB
`;
/** The query that goes with it. */
export const QUERY = `-- one row per day and listener
SELECT DATE(hour) AS day, subject, COUNT(*) AS plays
FROM music.played
WHERE hour >= @partition_start AND hour < @partition_end
GROUP BY day, subject
`;
/** Where both are. */
export const FOLDER = 'sql/music/daily_plays';

/** The repository of the tests with this endpoint, some files changed. */
export function files(changed: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  return filesWith({ [`${FOLDER}/endpoint.yaml`]: CONTRACT, [`${FOLDER}/query.sql`]: QUERY, ...changed });
}

/** The compiled endpoint of files that compile. */
export function endpointOf(all: ReadonlyMap<string, string>, id = 'music.daily_plays'): SqlEndpoint {
  const endpointId = parseId('endpoint', id);
  const endpoint = endpointId === undefined ? undefined : compiled(all).endpoints[endpointId];
  assert.ok(endpoint?.kind === 'sql');
  return endpoint;
}

/** Everything that is said about files that do not compile. */
export function told(changed: Readonly<Record<string, string>>): string {
  return problemsOf(files(changed)).map(formatProblem).join('\n');
}

/** What is said when a part of the contract is replaced. */
export function withContract(from: string, to: string): string {
  assert.ok(CONTRACT.includes(from), from);
  return told({ [`${FOLDER}/endpoint.yaml`]: CONTRACT.replace(from, to) });
}

/** What is said about another query. */
export function withQuery(query: string): string {
  return told({ [`${FOLDER}/query.sql`]: query });
}
