/** The REST resource of a routine: read from requests, written in replies. */
import type {
  JsonObject,
  RoutineArgument,
  RoutineDefinition,
  RoutineRef,
  RoutineSpec,
  RoutineType,
} from '#lib/googlesql/engine/definitions.ts';
import { z } from 'zod';
import { bigQueryError, invalid, notServed, routineName } from '../errors.ts';
import { agree } from '../names.ts';
import { etagOf } from '../wire/etag.ts';
import { definedFields } from '../../primitives/json-object.ts';
import { anyObject, bool, decodeBody, int64, message, oneOf, text } from '../wire/proto-json.ts';

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/routines#Routine */
const routineReferenceShape = message({ projectId: text.optional(), datasetId: text, routineId: text });

const argumentShape = message({
  name: text.optional(),
  argumentKind: text.optional(),
  mode: text.optional(),
  dataType: anyObject.optional(),
  isAggregate: bool.optional(),
});

const remoteShape = message({
  endpoint: text,
  connection: text,
  maxBatchingRows: int64.optional(),
  userDefinedContext: z.record(z.string(), text).optional(),
});

const routineShape = message({
  routineReference: routineReferenceShape.optional(),
  routineType: oneOf(['SCALAR_FUNCTION', 'TABLE_VALUED_FUNCTION', 'PROCEDURE', 'AGGREGATE_FUNCTION']),
  language: text.optional(),
  arguments: z.array(argumentShape).optional(),
  returnType: anyObject.optional(),
  returnTableType: anyObject.optional(),
  definitionBody: text.optional(),
  remoteFunctionOptions: remoteShape.optional(),
  dataGovernanceType: text.optional(),
  description: text.optional(),
  determinismLevel: text.optional(),
  securityMode: text.optional(),
  strictMode: bool.optional(),
  externalRuntimeOptions: anyObject.optional(),
  importedLibraries: z.array(text).optional(),
  pythonOptions: anyObject.optional(),
  sparkOptions: anyObject.optional(),
});

export type RoutineBody = z.output<typeof routineShape>;

/** @throws ApiError `invalid`, `required`, or `notImplemented` for kinds of routines that are not served */
export function decodeRoutine(json: JsonObject): RoutineBody {
  const body = decodeBody(routineShape, json, 'routine');
  routineType(body);
  const remote = body.remoteFunctionOptions !== undefined;
  const language = body.language ?? (remote ? undefined : 'SQL');
  if (language !== undefined && language !== 'SQL') throw notServed(`Routines in ${language} are`);
  for (const name of ['externalRuntimeOptions', 'importedLibraries', 'pythonOptions', 'sparkOptions'] as const) {
    if (body[name] !== undefined) throw notServed(`Routines with ${name} are`);
  }
  if (!remote && (body.definitionBody ?? '') === '') {
    throw bigQueryError('required', 'Required parameter is missing: definitionBody');
  }
  return body;
}

function routineType({ routineType: type }: Pick<RoutineBody, 'routineType'>): RoutineType {
  if (type === 'SCALAR_FUNCTION' || type === 'TABLE_VALUED_FUNCTION') return type;
  throw notServed(`Routines of routineType ${type} are`);
}

/** What the engine is asked to create or keep. */
export function routineSpec(ref: RoutineRef, body: RoutineBody): RoutineSpec {
  agree(ref.projectId, body.routineReference?.projectId, 'projectId');
  agree(ref.datasetId, body.routineReference?.datasetId, 'datasetId');
  agree(ref.routineId, body.routineReference?.routineId, 'routineId');
  const returnType = body.returnTableType ?? body.returnType;
  return {
    ref,
    type: routineType(body),
    arguments: (body.arguments ?? []).map(readArgument),
    ...(returnType === undefined ? {} : { returnType }),
    body: body.definitionBody ?? '',
    ...(body.remoteFunctionOptions === undefined ? {} : { remote: definedFields(body.remoteFunctionOptions) }),
    resource: definedFields({
      dataGovernanceType: body.dataGovernanceType,
      description: body.description,
      determinismLevel: body.determinismLevel,
      securityMode: body.securityMode,
      strictMode: body.strictMode,
    }),
  };
}

function readArgument(argument: z.output<typeof argumentShape>, index: number): RoutineArgument {
  const { name, argumentKind, dataType, isAggregate } = argument;
  if (name === undefined) throw bigQueryError('required', `Required parameter is missing: arguments[${index}].name`);
  if (isAggregate === true) throw notServed('Aggregate functions are');
  if (argumentKind === 'ANY_TYPE') return { name };
  if (dataType === undefined) throw invalid(`Argument ${name} must have a dataType or the argumentKind ANY_TYPE.`);
  return { name, dataType };
}

export function routineEtag(routine: RoutineDefinition): string {
  return etagOf('routine', routineName(routine.ref), routine.createdMs, routine.revision);
}

/** The whole resource. */
export function routineResource(routine: RoutineDefinition): JsonObject {
  const table = routine.type === 'TABLE_VALUED_FUNCTION';
  return definedFields({
    ...routineListItem(routine),
    arguments: routine.arguments.length === 0 ? undefined : routine.arguments.map(writeArgument),
    returnType: table ? undefined : routine.returnType,
    returnTableType: table ? routine.returnType : undefined,
    definitionBody: routine.remote === undefined ? routine.body : undefined,
    remoteFunctionOptions: routine.remote,
    ...routine.resource,
  });
}

/** The resource as routines.list shows it. Source: REST reference of `readMask` */
export function routineListItem(routine: RoutineDefinition): JsonObject {
  return definedFields({
    etag: routineEtag(routine),
    routineReference: routine.ref,
    routineType: routine.type,
    creationTime: String(routine.createdMs),
    lastModifiedTime: String(routine.modifiedMs),
    language: routine.remote === undefined ? 'SQL' : undefined,
  });
}

function writeArgument({ name, dataType }: RoutineArgument): JsonObject {
  return dataType === undefined ? { name, argumentKind: 'ANY_TYPE' } : { name, dataType };
}
