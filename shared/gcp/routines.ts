// Owns remote functions of BigQuery as the operator keeps them.
import type { BigQuery, RoutineMetadata } from '@google-cloud/bigquery';
import type { ScalarKind } from '#lib/googlesql/types/sql-type.ts';
import type { RoutineResource } from '../catalog/operator/resource.ts';
import { change, createOnce, readIfThere, removeOnce } from './resource-failure.ts';

/** `routines.get`, as far as it matters: https://cloud.google.com/bigquery/docs/reference/rest/v2/routines#Routine */
interface RoutineRest {
  readonly description?: string;
  readonly arguments?: readonly { readonly name?: string; readonly dataType?: { readonly typeKind?: string } }[];
  readonly returnType?: { readonly typeKind?: string };
  readonly remoteFunctionOptions?: {
    readonly endpoint?: string;
    readonly connection?: string;
    readonly maxBatchingRows?: string;
    readonly userDefinedContext?: Readonly<Record<string, string>>;
  };
}

/** Names of the functions of a dataset, `dataset.routine`; none when there is no such dataset. */
export async function listRoutines(client: BigQuery, dataset: string): Promise<readonly string[]> {
  const found = await readIfThere({ kind: 'dataset', name: dataset }, async () => {
    const [routines] = await client.dataset(dataset).getRoutines();
    return routines.flatMap(({ id }) => (id === undefined ? [] : [`${dataset}.${id}`]));
  });
  return found ?? [];
}

/** The function, if there is one. */
export async function readRoutine(client: BigQuery, name: string): Promise<RoutineResource | undefined> {
  const rest = await readIfThere({ kind: 'routine', name }, async () => {
    const [metadata] = await routineOf(client, name).getMetadata();
    // The client types no answers; this is the REST resource.
    return metadata as RoutineRest;
  });
  if (rest === undefined) return undefined;
  const {
    endpoint = '',
    connection = '',
    maxBatchingRows = '0',
    userDefinedContext = {},
  } = rest.remoteFunctionOptions ?? {};
  return {
    kind: 'routine',
    name,
    description: rest.description ?? '',
    parameters: (rest.arguments ?? []).map((one) => ({ name: one.name ?? '', type: kindOf(one.dataType) })),
    returns: kindOf(rest.returnType),
    endpoint,
    connection,
    context: userDefinedContext,
    maxBatchingRows: Number(maxBatchingRows),
  };
}

export function createRoutine(client: BigQuery, resource: RoutineResource): Promise<'created' | 'exists'> {
  const [dataset = '', id = ''] = resource.name.split('.');
  return createOnce(resource, () => client.dataset(dataset).createRoutine(id, restOf(resource)));
}

export function updateRoutine(client: BigQuery, resource: RoutineResource): Promise<void> {
  return change(resource, () => routineOf(client, resource.name).setMetadata(restOf(resource)));
}

export function removeRoutine(client: BigQuery, resource: RoutineResource): Promise<void> {
  return removeOnce(resource, () => routineOf(client, resource.name).delete());
}

/** Only compared with what is wanted, so a type that is none of those that the operator uses may be named as it is. */
function kindOf(type: { readonly typeKind?: string } | undefined): ScalarKind {
  return (type?.typeKind ?? '') as ScalarKind;
}

function routineOf(client: BigQuery, name: string): ReturnType<ReturnType<BigQuery['dataset']>['routine']> {
  const [dataset = '', id = ''] = name.split('.');
  return client.dataset(dataset).routine(id);
}

function restOf(resource: RoutineResource): RoutineMetadata {
  const { description, parameters, returns, endpoint, connection, context, maxBatchingRows } = resource;
  return {
    routineType: 'SCALAR_FUNCTION',
    description,
    arguments: parameters.map(({ name, type }) => ({ name, dataType: { typeKind: type } })),
    returnType: { typeKind: returns },
    remoteFunctionOptions: {
      endpoint,
      connection,
      maxBatchingRows: String(maxBatchingRows),
      userDefinedContext: { ...context },
    },
  };
}
