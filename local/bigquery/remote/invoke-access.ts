/** Who may call a remote function: the one thing that BigQuery refuses here, because a grant is all that guards such a function. */
import { randomUUID } from 'node:crypto';
import type { RoutineRef } from '#lib/googlesql/engine/definitions.ts';
import { type EngineError, failed, ok, type Outcome } from '#lib/googlesql/engine/outcome.ts';
import type { RunRequest } from '#lib/googlesql/engine/requests.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { Store } from '../../primitives/store.ts';
import { routineName } from '../errors.ts';
import { readPolicy, routinePolicyKey } from '../tables/iam-policies.ts';
import { isObject } from '../../primitives/json-object.ts';

export interface AccessParts {
  readonly warehouse: Pick<Warehouse, 'datasets' | 'routines' | 'run'>;
  /** Where the policies of routines are kept. */
  readonly store: Store;
  /** Who may do everything. */
  readonly owner: string;
}

/** Roles with `bigquery.routines.get`. Source: https://cloud.google.com/bigquery/docs/access-control */
const ROLES: ReadonlySet<unknown> = new Set([
  'READER',
  'WRITER',
  'OWNER',
  ...['dataViewer', 'dataEditor', 'dataOwner', 'metadataViewer', 'user', 'admin'].map(
    (name) => `roles/bigquery.${name}`,
  ),
]);
const EVERYBODY: ReadonlySet<unknown> = new Set(['allUsers', 'allAuthenticatedUsers']);

/** Fails as BigQuery does, unless the dataset or the routine is shared with the user. */
export async function checkInvoke(parts: AccessParts, user: string, ref: RoutineRef): Promise<Outcome<null>> {
  if (user === parts.owner) return ok(null);
  const [dataset, routine] = await Promise.all([parts.warehouse.datasets.get(ref), parts.warehouse.routines.get(ref)]);
  if (dataset.kind === 'failed') return dataset;
  if (routine.kind === 'failed') return routine;
  const members = membersOf(user);
  const policy = readPolicy(parts.store, routinePolicyKey(routine.value));
  const shared =
    listOf(dataset.value.resource['access']).some((entry) => opensTo(entry, user, members)) ||
    listOf(policy['bindings']).some(
      ({ role, members: given }) =>
        ROLES.has(role) && Array.isArray(given) && given.some((one) => isAmong(one, members)),
    );
  return shared ? ok(null) : denied(ref);
}

/**
 * Why the user may not run a statement, before it is run: it names a remote function that is not shared with them. The routines
 * of scripts are only known as their statements run, and are checked then.
 */
export async function refusedRoutine(
  parts: AccessParts,
  user: string,
  run: Omit<RunRequest, 'queryId'>,
): Promise<EngineError | undefined> {
  if (user === parts.owner) return undefined;
  const { destination: _destination, ...plain } = run;
  const analysed = await parts.warehouse.run({ ...plain, queryId: `access ${randomUUID()}`, dryRun: true });
  // What is wrong with the statement is told when it runs.
  if (analysed.kind === 'failed') return undefined;
  for (const ref of analysed.value.referencedRoutines) {
    const found = await parts.warehouse.routines.get(ref);
    if (found.kind === 'failed' || found.value.remote === undefined) continue;
    const allowed = await checkInvoke(parts, user, ref);
    if (allowed.kind === 'failed') return allowed.error;
  }
  return undefined;
}

function opensTo(entry: Readonly<Record<string, unknown>>, user: string, members: ReadonlySet<string>): boolean {
  const { role, userByEmail, iamMember, specialGroup, domain } = entry;
  if (!ROLES.has(role)) return false;
  const inDomain = typeof domain === 'string' && user.endsWith(`@${domain}`);
  return userByEmail === user || isAmong(iamMember, members) || EVERYBODY.has(specialGroup) || inDomain;
}

function isAmong(member: unknown, members: ReadonlySet<string>): boolean {
  return EVERYBODY.has(member) || (typeof member === 'string' && members.has(member));
}

function membersOf(user: string): ReadonlySet<string> {
  return new Set([`user:${user}`, `serviceAccount:${user}`]);
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Source of the words: github.com/GoogleCloudPlatform/bigquery-utils/issues/433 */
function denied(ref: RoutineRef): Outcome<never> {
  const { projectId, datasetId, routineId } = ref;
  const message = `Access Denied: Routine ${routineName(ref)}: User does not have permission to invoke routine ${projectId}.${datasetId}.${routineId}.`;
  return failed('accessDenied', message);
}
