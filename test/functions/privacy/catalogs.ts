// Owns catalogs for tests of erasures: one whose endpoints open nothing, one with an endpoint that holds opened values.
import assert from 'node:assert/strict';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { compiled, purposesOpenedBy } from '#test/shared/catalog/declarations.ts';
import { files } from '#test/shared/catalog/endpoints.ts';

/** The table that holds addresses in clear, opened by a query. */
export const MAILS = 'music.mails';

/** A contract of partitions by day with the columns given. */
function dailyContract(description: string, retention: string, columns: string): string {
  return `description: ${description}
owner: team-a
partition: {column: day, grain: day, start: 2026-01-01}
schedule: "@daily"
retention: ${retention}
columns:
  day: {type: DATE}
${columns}`;
}

const MAILS_COLUMNS = `  subject: {type: STRING, semantic: subject}
  email: {type: STRING, semantic: user.email}
privacy:
  recipients: {newsletter: {description: Sends the mailing., contact: dpo@newsletter.example}}
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

/** The endpoint of opened addresses, kept for as long as is said. */
function mails(retention: string): Readonly<Record<string, string>> {
  return {
    'sql/music/mails/endpoint.yaml': dailyContract('Addresses of listeners, for a mailing.', retention, MAILS_COLUMNS),
    'sql/music/mails/query.sql': MAILS_QUERY,
    ...GRANTED,
  };
}

/** An event type and an endpoint without anything that was opened. */
export function coveredCatalog(): Catalog {
  return compiled(files());
}

/** The same with an endpoint of opened addresses, whose rows have to be deleted. */
export function openingCatalog(): Catalog {
  return compiled(files(mails('P7D')));
}

/** The table of addresses by day, which no column of the subject leads to. */
export const GATHERED = 'music.gathered';

const GATHERED_QUERY = `SELECT day, STRING_AGG(DISTINCT email ORDER BY email) AS emails
FROM music.mails
WHERE day >= DATE(@partition_start) AND day < DATE(@partition_end)
GROUP BY day
`;

/** The same with one more endpoint, made of the opened addresses, which has to be computed again. */
export function gatheringCatalog(): Catalog {
  const columns = '  emails: {type: STRING, semantic: user.email}\n';
  const gathered = {
    'sql/music/gathered/endpoint.yaml': dailyContract('Addresses of a day, for a mailing.', 'P400D', columns),
    'sql/music/gathered/query.sql': GATHERED_QUERY,
  };
  return compiled(files({ ...mails('P400D'), ...gathered }));
}

/** Events about two people, and a table into which the address of the second one is opened. */
export const SENT_MAILS = 'music.sent_mails';
const SENT_MAILS_GRANTED = purposesOpenedBy('account', `{roles: [compliance], endpoints: [${SENT_MAILS}]}`);
const SENT = `description: A track was sent to a friend.
owner: team-a
tier: gold
purpose: account
grain: day
retention: P90D
fields:
  track: {type: string, semantic: content.id, description: The track that was sent.}
  email: {type: string, semantic: user.email, privacy: seal, optional: true, description: Address of the sender.}
  friend: {type: string, semantic: user.email, privacy: person, description: Whom it was sent to.}
  friend_mail: {type: string, semantic: user.email, privacy: seal, whose: friend, optional: true, description: Address of the friend.}
examples:
  - {track: t1, friend: ben}
`;

/** The table has these columns of people beside the opened address. */
export function sendingCatalog(people: readonly ('subject' | 'friend')[], retention = 'P7D'): Catalog {
  const columns = people.map((name) => `  ${name}: {type: STRING, semantic: subject}\n`).join('');
  const email = '  email: {type: STRING, semantic: user.email}\n';
  const contract = dailyContract('Addresses of friends, for a mailing.', retention, `${columns}${email}`);
  const query = `SELECT
  DATE(hour) AS day,
  ${people.map((name) => `${name},\n  `).join('')}JSON_VALUE(reveal_account.open(friend, friend_sealed, 'friend_mail', 'the weekly mailing'), '$.value') AS email
FROM music.sent
WHERE hour >= @partition_start AND hour < @partition_end
`;
  return compiled(
    files({
      'events/music/Sent.yaml': SENT,
      'sql/music/sent_mails/endpoint.yaml': contract,
      'sql/music/sent_mails/query.sql': query,
      ...SENT_MAILS_GRANTED,
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
