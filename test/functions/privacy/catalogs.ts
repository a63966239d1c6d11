// Owns catalogs for tests of erasures: one whose endpoints open nothing, one with an endpoint that holds opened values.
import assert from 'node:assert/strict';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { compiled, filesWith, purposesOpenedBy } from '#test/shared/catalog/declarations.ts';
import { CONTRACT, FOLDER, QUERY } from '#test/shared/catalog/endpoints.ts';

/** The table that holds addresses in clear, opened by a query. */
export const MAILS = 'music.mails';

const MAILS_CONTRACT = `description: Addresses of listeners, opened for a mailing.
owner: team-a
partition: {column: day, grain: day, start: 2026-01-01}
schedule: "@daily"
retention: P7D
privacy:
  recipients: {newsletter: {description: Sends the mailing., contact: dpo@newsletter.example}}
columns:
  day: {type: DATE}
  subject: {type: STRING, semantic: subject}
  email: {type: STRING, semantic: user.email}
`;
const MAILS_QUERY = `SELECT
  DATE(hour) AS day,
  subject,
  JSON_VALUE(reveal_analytics.open(subject, sealed, 'email', 'the weekly mailing'), '$.value') AS email
FROM music.played
WHERE hour >= @partition_start AND hour < @partition_end
`;

/** The pipeline of addresses may open them. */
const GRANTED = purposesOpenedBy('analytics', `{roles: [compliance], endpoints: [${MAILS}]}`);

/** An event type and an endpoint without anything that was opened. */
export function coveredCatalog(): Catalog {
  return compiled(filesWith({ [`${FOLDER}/endpoint.yaml`]: CONTRACT, [`${FOLDER}/query.sql`]: QUERY }));
}

/** The same with an endpoint of opened addresses, whose rows have to be deleted. */
export function openingCatalog(): Catalog {
  const files = { 'sql/music/mails/endpoint.yaml': MAILS_CONTRACT, 'sql/music/mails/query.sql': MAILS_QUERY };
  return compiled(
    filesWith({ [`${FOLDER}/endpoint.yaml`]: CONTRACT, [`${FOLDER}/query.sql`]: QUERY, ...files, ...GRANTED }),
  );
}

/** The table of addresses by day, which no column of the subject leads to. */
export const GATHERED = 'music.gathered';

const GATHERED_CONTRACT = `description: Addresses of a day, gathered for a mailing.
owner: team-a
partition: {column: day, grain: day, start: 2026-01-01}
schedule: "@daily"
retention: P400D
columns:
  day: {type: DATE}
  emails: {type: STRING, semantic: user.email}
`;
const GATHERED_QUERY = `SELECT day, STRING_AGG(DISTINCT email ORDER BY email) AS emails
FROM music.mails
WHERE day >= DATE(@partition_start) AND day < DATE(@partition_end)
GROUP BY day
`;

/** The same with one more endpoint, made of the opened addresses, which has to be computed again. */
export function gatheringCatalog(): Catalog {
  return compiled(
    filesWith({
      [`${FOLDER}/endpoint.yaml`]: CONTRACT,
      [`${FOLDER}/query.sql`]: QUERY,
      'sql/music/mails/endpoint.yaml': MAILS_CONTRACT.replace('P7D', 'P400D'),
      'sql/music/mails/query.sql': MAILS_QUERY,
      'sql/music/gathered/endpoint.yaml': GATHERED_CONTRACT,
      'sql/music/gathered/query.sql': GATHERED_QUERY,
      ...GRANTED,
    }),
  );
}

/** The same, but nobody knows where the column comes from. */
export function unknownCatalog(): Catalog {
  const catalog = openingCatalog();
  const [id, mails] = Object.entries(catalog.endpoints).find(([name]) => name === MAILS) ?? [];
  assert.ok(id !== undefined && mails?.kind === 'sql');
  return { ...catalog, endpoints: { ...catalog.endpoints, [id]: { ...mails, lineage: [] } } };
}
