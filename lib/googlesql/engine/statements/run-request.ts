/** Runs what a request asks for: one statement, or a script. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { parseScriptOrThrow } from '../../syntax/parse.ts';
import type { Statement } from '../../syntax/ast-statement.ts';
import { engineErrorOf, EngineFailure, failure } from '../failure.ts';
import type { RunRequest, RunResult } from '../requests.ts';
import type { EngineState } from '../state.ts';
import { remoteCallsOf } from '../remote/remote-calls-of.ts';
import { dropTemporary } from './create-table.ts';
import { requestParameters, type Run } from './run.ts';
import { isPlain, runStatement, type PlainStatement } from './run-statement.ts';
import { runStatements, type Script } from './script.ts';
import type { StopSignal } from './stop-signal.ts';
import { Variables } from './variables.ts';

/** What a request is run with. */
export interface RequestPlace {
  readonly state: EngineState;
  readonly connection: DuckDBConnection;
  readonly stop: StopSignal;
  readonly nowMs: number;
}

/** Runs the request to its end. Throws what went wrong, with places of the request's text. */
export async function runRequest(place: RequestPlace, request: RunRequest): Promise<RunResult> {
  const remote = remoteCallsOf(place.state, request);
  const name = place.state.remote.open(remote);
  const run: Run = {
    ...place,
    request,
    remote,
    name,
    parameters: requestParameters(request),
    objects: { tables: new Map(), routines: new Map() },
    variables: new Variables(),
  };
  try {
    const { statements } = parseScriptOrThrow(request.sql);
    const single = singleStatement(statements);
    return single === undefined
      ? await runScript(run, statements)
      : await runSingle(run, single.functions, single.statement);
  } catch (error) {
    throw new EngineFailure(engineErrorOf(error, request.sql), error);
  } finally {
    place.state.remote.close(name);
    for (const table of run.objects.tables.keys()) await dropTemporary(run, table);
  }
}

interface Single {
  readonly functions: readonly PlainStatement[];
  readonly statement: PlainStatement;
}

/** A statement behind nothing but temporary functions of its own is no script. */
function singleStatement(statements: readonly Statement[]): Single | undefined {
  const statement = statements.at(-1);
  const functions = statements.slice(0, -1).filter(isPlain);
  if (statement === undefined || !isPlain(statement) || functions.length !== statements.length - 1) return undefined;
  return functions.every((one) => one.kind === 'createFunction' && one.temporary)
    ? { functions, statement }
    : undefined;
}

async function runSingle(
  run: Run,
  functions: readonly PlainStatement[],
  statement: PlainStatement,
): Promise<RunResult> {
  // Defining a temporary function leaves nothing behind, so a dry run does it too.
  const { dryRun: _dryRun, destination: _destination, ...plain } = run.request;
  for (const one of functions) await runStatement({ ...run, request: plain }, one);
  return runStatement(run, statement);
}

async function runScript(run: Run, statements: readonly Statement[]): Promise<RunResult> {
  const { request } = run;
  if (request.destination !== undefined) {
    throw failure('invalid', 'configuration.query.destinationTable cannot be set for scripts');
  }
  const startMs = performance.now();
  const script: Script = { run, text: request.sql, children: [] };
  if (request.dryRun !== true) await runStatements(script, statements);
  const { children } = script;
  const rows = children.findLast(({ statementType }) => statementType === 'SELECT');
  const sum = (of: (child: (typeof children)[number]) => number): number =>
    children.reduce((total, child) => total + of(child), 0);
  return {
    statementType: 'SCRIPT',
    ...(rows?.schema === undefined ? {} : { schema: rows.schema }),
    ...(rows?.result === undefined ? {} : { result: rows.result }),
    referencedTables: [],
    referencedRoutines: [],
    bytesProcessed: sum(({ bytesProcessed }) => bytesProcessed),
    analysisMs: sum(({ analysisMs }) => analysisMs),
    executionMs: performance.now() - startMs,
    children,
  };
}
