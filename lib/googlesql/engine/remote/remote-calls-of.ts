/** The calls of remote functions of one request: routines as they are defined, and the way to their endpoints. */

import { typeOfStandardSql } from '../../types/standard-sql.ts';
import type { RoutineRef } from '../definitions.ts';
import { EngineFailure, failure } from '../failure.ts';
import { routineNotFound } from '../objects/words.ts';
import type { RunRequest } from '../requests.ts';
import type { EngineState } from '../state.ts';
import { RemoteCalls, type RemoteRoutine } from './remote-calls.ts';

/** For one request; it ends with it. */
export function remoteCallsOf(
  { definitions, callRemote }: Pick<EngineState, 'definitions' | 'callRemote'>,
  { queryId, sessionUser = '' }: RunRequest,
): RemoteCalls {
  return new RemoteCalls({
    find: (ref) => remoteRoutine(ref, definitions),
    async send(call, signal) {
      const outcome = await callRemote({ ...call, queryId, sessionUser }, signal);
      if (outcome.kind === 'failed') throw new EngineFailure(outcome.error);
      return outcome.value;
    },
  });
}

function remoteRoutine(ref: RoutineRef, definitions: EngineState['definitions']): RemoteRoutine {
  const definition = definitions.routine(ref)?.definition;
  if (definition?.remote === undefined) throw routineNotFound(ref);
  const type = definition.returnType === undefined ? undefined : typeOfStandardSql(definition.returnType);
  if (type === undefined || type.kind === 'ARRAY' || type.kind === 'STRUCT') {
    throw failure('invalid', `Remote function ${ref.routineId} has no return type that is supported`);
  }
  return { routine: ref, options: definition.remote, returns: type.kind };
}
