// Owns one pass over everything: imports finished, closers started, what is due and ready claimed, what was left lying driven on.
import { endpointsOf } from '#shared/catalog/catalog.ts';
import type { SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { dueFor } from '#shared/pipelines/due.ts';
import { knownKeys, type Moment } from '#shared/pipelines/horizon.ts';
import type { PartitionKey } from '#shared/pipelines/partition-key.ts';
import { isRebuiltByItself } from '#shared/pipelines/restatement.ts';
import { startCloser } from '../closing/start-closer.ts';
import { hasClosing } from '../closing/next.ts';
import { finishImports } from '../imports/finish.ts';
import type { Parts } from '../parts.ts';
import { startBuild } from './build.ts';
import { lookAfter } from './drive.ts';
import { momentOf } from './moment.ts';
import { sweepSlots } from './sweep-slots.ts';

/** What a pass came to; not done when there was more than one call may start. */
export interface PassResult {
  readonly done: boolean;
  readonly started: number;
}

/** Runs that one pass starts at most, so that a call ends in time. */
const MAX_STARTS = 500;

/** `thorough`: takes in what other instances have written first; the tick does, a look between two ticks need not. */
export async function pass(parts: Parts, depth: 'thorough' | 'light'): Promise<PassResult> {
  const { applied, partitions, slots, imports, time } = parts;
  await applied.refresh();
  if (applied.current === undefined) return { done: true, started: 0 };
  if (depth === 'thorough') {
    await Promise.all([partitions.refresh(), slots.refresh(), imports.refresh(time.now())]);
    await sweepSlots(parts);
  }
  await finishImports(parts);
  let started = await startClosers(parts);
  const moment = momentOf(parts);
  for (const endpoint of endpointsOf(moment.catalog)) {
    if (endpoint.kind !== 'sql') continue;
    const look = await lookAtEndpoint(parts, moment, endpoint, MAX_STARTS - started);
    started += look.started;
    if (!look.done) return { done: false, started };
  }
  return { done: true, started };
}

async function startClosers(parts: Parts): Promise<number> {
  const endpoints = endpointsOf(parts.applied.require().catalog).filter((endpoint) => endpoint.kind === 'event');
  const started = await Promise.all(
    endpoints.map(async (endpoint) => (await hasClosing(parts, endpoint)) && (await startCloser(parts, endpoint))),
  );
  return started.filter(Boolean).length;
}

async function lookAtEndpoint(
  parts: Parts,
  moment: Moment,
  endpoint: SqlEndpoint,
  mayStart: number,
): Promise<PassResult> {
  let started = 0;
  for (const key of openKeys(moment, endpoint)) {
    const due = dueFor(moment.view.summary(endpoint.id, key), moment.nowMs);
    if (due.kind === 'later') parts.alarm.by(due.atMs);
    if (due.kind === 'later' || due.kind === 'nothing') continue;
    if (started >= mayStart) return { done: false, started };
    if (due.kind !== 'build') {
      if (await lookAfter(parts, { endpoint: endpoint.id, key }, due)) started += 1;
      continue;
    }
    if (due.reason === 'stale' && !isRebuiltByItself(moment, endpoint)) continue;
    const build = await startBuild(parts, moment, { endpoint, key, reason: due.reason });
    if (build.kind === 'started') started += 1;
    // The pool is as full for the next partition; whoever ends makes room, and the tick comes anyway.
    if (build.kind === 'pool-full') break;
  }
  return { done: true, started };
}

/** The partitions that may ask for something: what is stored and not published, and what is expected and not stored. */
function openKeys(moment: Moment, endpoint: SqlEndpoint): readonly PartitionKey[] {
  return knownKeys(moment, endpoint.id).filter((key) => {
    const state = moment.view.summary(endpoint.id, key)?.state;
    return state !== 'published' && state !== 'skipped';
  });
}
