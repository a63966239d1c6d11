// Owns carrying out a plan: many changes at once, each after those that it waits for, what fails in passing tried again.
import type { Change } from '#shared/catalog/operator/plan.ts';
import type { FailedChange, Progress } from '#shared/catalog/operator/report.ts';
import type { ResourceCloud } from '#shared/catalog/operator/resource-cloud.ts';
import type { ResourceId } from '#shared/catalog/operator/resource.ts';
import type { PlatformError } from '#shared/platform/platform-error.ts';
import { type Retrying, retried } from './retry.ts';

export interface ExecuteParts extends Omit<Retrying, 'onRetry'> {
  readonly cloud: ResourceCloud;
  readonly tell: (progress: Progress) => void;
  /** Once true, no further change is begun. */
  readonly stopped: () => boolean;
}

/** What became of the changes. */
export interface Executed {
  readonly done: number;
  readonly failures: readonly FailedChange[];
  /** Not tried: one before it failed, or the work was stopped. */
  readonly skipped: readonly ResourceId[];
  /** Something was there that was to be created: it may differ, so the cloud must be read again. */
  readonly surprised: boolean;
}

/** Google throttles by the hundred calls a second; a laptop has two cores. */
const AT_ONCE = 8;

/** Makes the changes. Deletions only begin when everything else has succeeded. */
export async function execute(changes: readonly Change[], parts: ExecuteParts): Promise<Executed> {
  const state: State = { settled: new Map(), failures: [], surprised: false, total: changes.length };
  const [deletions, others] = [changes.filter(isDeletion), changes.filter((change) => !isDeletion(change))];
  await runPhase(others, parts, state);
  if (others.every(({ id }) => state.settled.get(id) === 'done')) await runPhase(deletions, parts, state);
  return {
    done: [...state.settled.values()].filter((outcome) => outcome === 'done').length,
    failures: state.failures,
    skipped: changes.map(({ id }) => id).filter((id) => !state.settled.has(id)),
    surprised: state.surprised,
  };
}

function isDeletion({ action }: Change): boolean {
  return action === 'delete';
}

interface State {
  readonly settled: Map<ResourceId, 'done' | 'failed'>;
  readonly failures: FailedChange[];
  surprised: boolean;
  readonly total: number;
}

/** The changes come in an order in which they could be made one by one, so there is always one that can begin. */
async function runPhase(changes: readonly Change[], parts: ExecuteParts, state: State): Promise<void> {
  const missing = new Map(
    changes.map(({ id, after }) => [id, after.filter((other) => !state.settled.has(other)).length]),
  );
  const dependents = Map.groupBy(
    changes.flatMap((change) => change.after.map((before) => ({ before, change }))),
    ({ before }) => before,
  );
  const ready = changes.filter(({ id }) => missing.get(id) === 0);
  let begun = 0;
  // Not shifted out: there may be a hundred thousand.
  const next = (): Change | undefined => (parts.stopped() || begun === ready.length ? undefined : ready[begun++]);
  const worker = async (): Promise<void> => {
    for (let change = next(); change !== undefined; change = next()) {
      const succeeded = await settle(change, parts, state);
      if (!succeeded) continue;
      for (const { change: dependent } of dependents.get(change.id) ?? []) {
        const left = (missing.get(dependent.id) ?? 0) - 1;
        missing.set(dependent.id, left);
        if (left === 0) ready.push(dependent);
      }
      wake();
    }
  };
  const running = new Set<Promise<void>>();
  const wake = (): void => {
    while (running.size < AT_ONCE && begun < ready.length && !parts.stopped()) {
      const one = worker().finally(() => running.delete(one));
      running.add(one);
    }
  };
  wake();
  while (running.size > 0) await Promise.all(running);
}

async function settle(change: Change, parts: ExecuteParts, state: State): Promise<boolean> {
  const { action, id } = change;
  const onRetry = (attempt: number, { code }: PlatformError): void =>
    parts.tell({ kind: 'retrying', resource: id, attempt, code });
  const failure = await retried(() => make(change, parts.cloud, state), { ...parts, onRetry });
  state.settled.set(id, failure === undefined ? 'done' : 'failed');
  if (failure !== undefined) state.failures.push({ resource: id, code: failure.code, message: failure.message });
  const kind = failure === undefined ? 'done' : 'failed';
  parts.tell({ kind, action, resource: id, settled: state.settled.size, total: state.total });
  return failure === undefined;
}

async function make(change: Change, cloud: ResourceCloud, state: State): Promise<void> {
  switch (change.action) {
    case 'create':
      if ((await cloud.create(change.target)) === 'exists') state.surprised = true;
      return;
    case 'update':
      await cloud.update(change.before, change.target);
      return;
    case 'replace':
      await cloud.remove(change.before);
      if ((await cloud.create(change.target)) === 'exists') state.surprised = true;
      return;
    case 'delete':
      await cloud.remove(change.before);
      return;
  }
}
