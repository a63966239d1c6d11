/** Calls of remote functions: their arguments go to an endpoint as JSON, and its answers come back as texts. */

import type { ScalarDefinition } from '../functions/definition.ts';
import { parseSignature } from '../functions/signature.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { type ScalarKind, scalarTypes, type SqlType, STRING, typeName } from '../types/sql-type.ts';
import { jsonOfValue } from '../values/json-encoding.ts';
import type { SqlValue } from '../values/sql-value.ts';
import { callBuiltin } from './call-builtin.ts';
import type { CatalogRoutine } from './catalog.ts';
import type { Analysis } from './context.ts';

/** Source: https://cloud.google.com/bigquery/docs/remote-functions#limitations */
const TYPES: ReadonlySet<SqlType['kind']> = new Set<ScalarKind>([
  'BOOL',
  'BYTES',
  'INT64',
  'FLOAT64',
  'NUMERIC',
  'BIGNUMERIC',
  'STRING',
  'DATE',
  'DATETIME',
  'TIME',
  'TIMESTAMP',
  'JSON',
]);

/** Throws when a remote function cannot have the type. */
export function checkRemoteType(type: SqlType | undefined, at?: number): void {
  if (type !== undefined && TYPES.has(type.kind)) return;
  const shown = type === undefined ? 'ANY TYPE' : typeName(type);
  throw new SqlError(`Type ${shown} is not supported as an argument or return type of a remote function`, at);
}

/** What a call says of itself once for all rows, as JSON in base64. */
export interface RemoteHead {
  readonly routine: { readonly projectId: string; readonly datasetId: string; readonly routineId: string };
  /** Arguments that are literals, as JSON texts; null where a row has its own. */
  readonly given: readonly (string | null)[];
}

/** An argument as JSON. Source: https://cloud.google.com/bigquery/docs/remote-functions#json_encoding_of_sql_data_type */
export function argumentJson(value: SqlValue, type: SqlType): string {
  return jsonOfValue(value, type, { target: 'text', stringifyWide: false, pretty: false });
}

/** The call, its arguments already of the types of the parameters. */
export function callRemote(
  { path, returns = STRING }: CatalogRoutine,
  values: readonly Expression[],
  { analysis, at }: { readonly analysis: Analysis; readonly at: number },
): Expression {
  const text = returns.kind === 'JSON' ? scalarTypes.JSON : STRING;
  const routine = { projectId: path.project, datasetId: path.dataset, routineId: path.name };
  const given = values.map((value) => (value.kind === 'literal' ? argumentJson(value.value, value.type) : null));
  const others = values.filter((value) => value.kind !== 'literal');
  // Written so that nothing in it is taken for a placeholder or a quote.
  const head = Buffer.from(JSON.stringify({ routine, given } satisfies RemoteHead)).toString('base64');
  const call: Expression = {
    kind: 'call',
    type: text,
    definition: DEFINITION,
    overload: {
      signature: SIGNATURE,
      template: `gs_remote($request, '${head}', $types1${others.length === 0 ? '' : ', $all(, )'})`,
    },
    arguments: others,
    options: {},
    safe: false,
  };
  if (returns.kind === text.kind) return call;
  if (returns.kind === 'BYTES') return callBuiltin(analysis, 'FROM_BASE64', [call], { at });
  return { kind: 'cast', type: returns, operand: call, safe: false };
}

const SIGNATURE = parseSignature('([ANY...]) -> STRING');
const DEFINITION: ScalarDefinition = { kind: 'scalar', name: 'REMOTE FUNCTION', overloads: [] };
