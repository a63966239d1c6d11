// Owns one request of BigQuery to open many values: who may, the values, and the records of the use, durable before the answer.
import type { JsonValue } from '#shared/platform/canonical-json.ts';
import type { Role } from '#shared/platform/roles.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { openField } from '#shared/privacy/opening.ts';
import {
  decideReveal,
  type RevealCounts,
  type RevealDecision,
  type RevealGrant,
  type RevealRequest,
} from '#shared/privacy/reveal.ts';
import type { PersonRates } from './person-rate.ts';
import type { RemoteRow } from './remote-request.ts';
import { recordUse, type Revealed, type RevealDeps } from './reveal.ts';

/** What a request works on. */
export interface RevealRowsDeps extends Omit<RevealDeps, 'rates' | 'grants'> {
  /** How many values people may open in SQL. */
  readonly rowRates: PersonRates;
}

/** Whose query asks for what. */
export interface RowsUse {
  readonly email: string;
  readonly roles: ReadonlySet<Role>;
  /** Of a run: its endpoint. */
  readonly endpoint?: string | undefined;
  readonly purpose: string;
  /** `project:location.id` */
  readonly job: string;
  readonly rows: readonly RemoteRow[];
  readonly grants: readonly RevealGrant[];
}

/** Rows with one field and one reason: they are decided, and recorded, together. */
interface Group {
  readonly request: RevealRequest;
  readonly decision: RevealDecision;
  readonly field: string;
  readonly rows: readonly number[];
}

/**
 * Opens the values of a request, in the order of its rows. Every use is recorded first, refused ones too; a request of which
 * anything is refused opens nothing.
 * @throws PlatformError forbidden, reason_missing, rate_limited; keys_unavailable and cloud_unavailable, which pass
 */
export async function revealRows(deps: RevealRowsDeps, use: RowsUse): Promise<readonly Revealed[]> {
  const groups = groupsOf(use);
  const refused = groups.flatMap(({ decision }) => (decision.kind === 'refused' ? [decision.code] : []));
  const [code] = refused;
  if (code !== undefined) {
    await recordAll(deps, use, groups, undefined);
    throw new PlatformError(code);
  }
  takeRate(deps.rowRates, use);
  const openedAfterMs = deps.clock.now();
  const revealed = await openAll(deps.keyrings, use);
  await recordAll(deps, use, groups, revealed);
  if (deps.clock.now() - openedAfterMs > deps.useLimitMs) throw new PlatformError('keys_unavailable');
  return revealed;
}

function groupsOf({ email, roles, endpoint, purpose, rows, grants }: RowsUse): readonly Group[] {
  const principal = {
    id: email,
    kind: roles.has('service') ? ('service' as const) : ('person' as const),
    roles: [...roles],
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  const byUse = Map.groupBy(rows.keys(), (at) => JSON.stringify([rows[at]?.field, rows[at]?.reason]));
  return [...byUse.values()].map((members) => {
    const { field = '', reason } = rows[members[0] ?? 0] ?? {};
    const request: RevealRequest = { principal, channel: 'sql', purpose, ...(reason === undefined ? {} : { reason }) };
    return { request, decision: decideReveal(request, grants), field, rows: members };
  });
}

/** Pipelines open as many as they read; their queries were reviewed. */
function takeRate(rates: PersonRates, { email, roles, rows }: RowsUse): void {
  if (roles.has('service')) return;
  const waitSeconds = rates.take(email, rows.length);
  if (waitSeconds === undefined) return;
  throw new PlatformError('rate_limited', {
    message: 'The query opens more values than one person may.',
    hint: `Open fewer, or wait ${waitSeconds} s; to open whole tables, ask for a pipeline with a grant.`,
    details: { seconds: waitSeconds },
  });
}

/** Values opened at once: while one waits for its keyring, others go on. */
const AT_ONCE = 64;

async function openAll(keyrings: Keyrings, { purpose, rows }: RowsUse): Promise<Revealed[]> {
  const revealed: Revealed[] = [];
  const indexes = rows.keys();
  const worker = async (): Promise<void> => {
    for (const at of indexes) {
      const row = rows[at];
      if (row !== undefined) revealed[at] = await openRow(keyrings, purpose, row);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, worker));
  return revealed;
}

async function openRow(keyrings: Keyrings, purpose: string, { token, sealed, field }: RemoteRow): Promise<Revealed> {
  // An event that had nothing to seal has nothing to open.
  if (sealed === null) return { status: 'plain' };
  const value = { purpose, token: token ?? '', sealed: Buffer.from(sealed, 'base64') };
  const opened = await openField(keyrings, value, field);
  if (opened.kind === 'retry') throw new PlatformError(opened.code);
  if (opened.kind !== 'plain') return { status: opened.kind };
  return opened.value === undefined ? { status: 'plain' } : { status: 'plain', value: opened.value };
}

async function recordAll(
  deps: Pick<RevealRowsDeps, 'facts' | 'clock' | 'newId'>,
  { job }: RowsUse,
  groups: readonly Group[],
  revealed: readonly Revealed[] | undefined,
): Promise<void> {
  const records = groups.map(({ request, decision, field, rows }) =>
    recordUse(deps, { request, decision, use: { field, job, counts: countsOf(rows, revealed) } }),
  );
  await Promise.all(records);
}

function countsOf(rows: readonly number[], revealed: readonly Revealed[] | undefined): RevealCounts {
  const counts = { plain: 0, shredded: 0, corrupt: 0 };
  if (revealed === undefined) return counts;
  for (const at of rows) {
    const status = revealed[at]?.status;
    if (status !== undefined) counts[status] += 1;
  }
  return counts;
}

/** What BigQuery is answered. Source: https://cloud.google.com/bigquery/docs/remote-functions#output_format */
export function repliesOf(revealed: readonly Revealed[]): { readonly replies: readonly JsonValue[] } {
  return { replies: revealed.map((each) => ({ ...each })) };
}
