/** One request to run SQL, at work: what its statements share. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { startAnalysis } from '../../analysis/analyze.ts';
import type { Analysis } from '../../analysis/context.ts';
import type { Session, TypedValue } from '../../duckdb/context.ts';
import { given } from '../../syntax/given.ts';
import { SqlError } from '../../syntax/sql-error.ts';
import { isTimeZone, timeZone } from '../../values/time-zone.ts';
import { CatalogView, type SessionObjects } from '../catalog/catalog-view.ts';
import { failure } from '../failure.ts';
import type { RemoteCalls } from '../remote/remote-calls.ts';
import type { RunRequest } from '../requests.ts';
import { DEFAULT_LOCATION } from '../settings.ts';
import type { EngineState } from '../state.ts';
import { mapDuckError } from '../storage/map-error.ts';
import { readParameters } from './parameters.ts';
import type { StopSignal } from './stop-signal.ts';
import type { Variables } from './variables.ts';

export interface Run {
  readonly state: EngineState;
  readonly request: RunRequest;
  readonly nowMs: number;
  readonly connection: DuckDBConnection;
  readonly stop: StopSignal;
  readonly parameters: ReadonlyMap<string, TypedValue>;
  readonly objects: SessionObjects;
  readonly variables: Variables;
  readonly remote: RemoteCalls;
  /** The request's name in generated SQL. */
  readonly name: string;
}

/** What a request starts with. */
export function requestParameters(request: RunRequest): ReadonlyMap<string, TypedValue> {
  return readParameters(request.parameters ?? []);
}

/** A fresh analysis in the run's settings. */
export function newAnalysis(run: Run): Analysis {
  const { request, state } = run;
  const zone = request.timeZone ?? 'UTC';
  if (!isTimeZone(zone)) throw failure('invalid', `Invalid time zone: ${zone}`);
  const dataset = request.defaultDataset;
  return startAnalysis(new CatalogView(state.definitions, run.objects, run.nowMs), {
    project: projectOf(run),
    timeZone: timeZone(zone),
    parameters: typesOf(run.parameters),
    // A dry run tells of parameters that are not given instead of failing for them.
    unknownParameters: request.dryRun === true ? 'inferred' : 'refused',
    variables: typesOf(run.variables.visible()),
    location: locationOf(run),
    ...given({
      defaultDataset: dataset === undefined ? undefined : { project: dataset.projectId, dataset: dataset.datasetId },
    }),
  });
}

function typesOf(values: ReadonlyMap<string, TypedValue>): ReadonlyMap<string, TypedValue['type']> {
  return new Map([...values].map(([key, { type }]) => [key, type]));
}

/** The project of names without one. */
function projectOf({ request, state }: Pick<Run, 'request' | 'state'>): string {
  return request.projectId ?? state.settings.projectId;
}

function locationOf({ request, state }: Run): string {
  const dataset = request.defaultDataset === undefined ? undefined : state.definitions.dataset(request.defaultDataset);
  const location = dataset?.definition.resource['location'];
  return typeof location === 'string' ? location : DEFAULT_LOCATION;
}

/** What generated SQL needs of the run. */
export function sessionOf({ request, nowMs, parameters, variables, name }: Run): Session {
  return {
    timeZone: request.timeZone ?? 'UTC',
    nowMicros: BigInt(Math.trunc(nowMs)) * 1000n,
    user: request.sessionUser ?? '',
    request: name,
    parameters,
    variables: variables.visible(),
  };
}

/** Runs DuckDB SQL of the run's own, with its errors in Google's words. */
export async function execute<T>({ stop, state }: Pick<Run, 'stop' | 'state'>, work: () => Promise<T>): Promise<T> {
  try {
    return await state.memory.during(async () => {
      stop.check();
      return work();
    });
  } catch (error) {
    throw stop.reasonFor(mapDuckError(error));
  }
}

/** A refusal of something that this engine does not do. */
export function notSupported(what: string, at: number): SqlError {
  return new SqlError(`${what} is not supported locally`, at, 'notImplemented');
}
