/** Calls the endpoints of remote functions as BigQuery does: for a job, as the service account of a connection. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import { failed } from '#lib/googlesql/engine/outcome.ts';
import type { CallRemote, RemoteCall } from '#lib/googlesql/engine/remote/remote-call.ts';
import type { IdentityTokens } from '../../primitives/identity-tokens.ts';
import { isObject } from '../../primitives/json-object.ts';
import type { Outbound } from '../../primitives/outbound.ts';
import { invoke } from './invocation.ts';
import { type AccessParts, checkInvoke } from './invoke-access.ts';

export interface RemoteParts {
  readonly outbound: Outbound;
  readonly tokens: IdentityTokens;
  /** The service account of a connection; undefined when there is no such connection. */
  readonly accountOf: (connection: string) => string | undefined;
  readonly access: AccessParts;
}

export function createRemoteFunctions({ outbound, tokens, accountOf, access }: RemoteParts): CallRemote {
  return async (call, signal) => {
    const allowed = await checkInvoke(access, call.sessionUser, call.routine);
    if (allowed.kind === 'failed') return allowed;
    const connection = textOf(call.options, 'connection');
    const endpoint = textOf(call.options, 'endpoint');
    const account = accountOf(connection);
    if (account === undefined) return failed('notFound', `Not found: Connection ${connectionName(connection)}`);
    const token = await tokens.get(account, endpoint);
    if (token === undefined) return failed('backendError', `No token could be had for ${account}.`);
    return invoke(outbound, { endpoint, token, body: bodyOf(call), signal });
  };
}

/** Source: https://cloud.google.com/bigquery/docs/remote-functions#input_format */
function bodyOf({ queryId, sessionUser, options, calls }: RemoteCall): string {
  const [project = ''] = queryId.split(':');
  const context = options['userDefinedContext'];
  const head = JSON.stringify({
    requestId: randomUUID(),
    caller: `//bigquery.googleapis.com/projects/${project}/jobs/${queryId}`,
    sessionUser,
    ...(isObject(context) ? { userDefinedContext: context } : {}),
  });
  // The arguments are JSON already.
  return `${head.slice(0, -1)},"calls":${calls}}`;
}

/** `project.location.connection`, as messages show it. */
export function connectionName(path: string): string {
  const [, project = '', , location = '', , connection = ''] = path.split('/');
  return `${project}.${location}.${connection}`;
}

function textOf(options: JsonObject, name: string): string {
  const value = options[name];
  return typeof value === 'string' ? value : '';
}
