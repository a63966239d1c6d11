/** Query parameters in requests: REST `QueryParameter`. */
import type { QueryParameter, RestParameterType, RestParameterValue } from '#lib/googlesql/engine/requests.ts';
import { z } from 'zod';
import { invalid } from '../errors.ts';
import { MAX_QUERY_PARAMETERS } from '../limits.ts';
import { looseText, message, text } from '../wire/proto-json.ts';

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter */
const typeShape = message({
  type: text,
  timestampPrecision: text.optional(),
  get arrayType() {
    return typeShape.optional();
  },
  get rangeElementType() {
    return typeShape.optional();
  },
  get structTypes() {
    return z.array(message({ name: text.optional(), type: typeShape, description: text.optional() })).optional();
  },
});

const valueShape = message({
  value: looseText.optional(),
  get arrayValues() {
    return z.array(valueShape).optional();
  },
  get structValues() {
    return z.record(z.string(), valueShape).optional();
  },
  get rangeValue() {
    return message({ start: valueShape.optional(), end: valueShape.optional() }).optional();
  },
});

export const queryParametersShape = z.array(
  message({ name: text.optional(), parameterType: typeShape, parameterValue: valueShape.optional() }),
);

/** @throws ApiError `invalid` when names and the mode do not fit together */
export function readQueryParameters(
  mode: string | undefined,
  parameters: z.output<typeof queryParametersShape> = [],
): QueryParameter[] {
  if (parameters.length > MAX_QUERY_PARAMETERS) {
    throw invalid(`Too many query parameters: ${parameters.length}, allowed: ${MAX_QUERY_PARAMETERS}.`);
  }
  const named = parameters.filter(({ name = '' }) => name !== '').length;
  if (named !== 0 && named !== parameters.length) {
    throw invalid('Query parameters must be all named or all positional.', 'queryParameters');
  }
  if (parameters.length > 0) checkMode(mode, named > 0);
  return parameters.map(({ name = '', parameterType, parameterValue }) => ({
    ...(name === '' ? {} : { name }),
    parameterType: readType(parameterType),
    parameterValue: readValue(parameterValue ?? {}),
  }));
}

function checkMode(mode: string | undefined, named: boolean): void {
  const upper = mode?.toUpperCase();
  if (upper !== undefined && upper !== 'NAMED' && upper !== 'POSITIONAL') {
    throw invalid(`Invalid value for: parameterMode. Invalid value: ${mode ?? ''}`, 'parameterMode');
  }
  if ((upper === 'NAMED') !== named && upper !== undefined) {
    throw invalid(`Query parameters do not fit the parameter mode ${upper}.`, 'parameterMode');
  }
}

function readType(type: z.output<typeof typeShape>): RestParameterType {
  return {
    type: type.type.toUpperCase(),
    ...(type.arrayType === undefined ? {} : { arrayType: readType(type.arrayType) }),
    ...(type.rangeElementType === undefined ? {} : { rangeElementType: readType(type.rangeElementType) }),
    ...(type.structTypes === undefined
      ? {}
      : {
          structTypes: type.structTypes.map(({ name, type: member }) => ({
            ...(name === undefined ? {} : { name }),
            type: readType(member),
          })),
        }),
  };
}

function readValue(value: z.output<typeof valueShape>): RestParameterValue {
  return {
    ...(value.value === undefined ? {} : { value: value.value }),
    ...(value.arrayValues === undefined ? {} : { arrayValues: value.arrayValues.map(readValue) }),
    ...(value.structValues === undefined
      ? {}
      : {
          structValues: Object.fromEntries(
            Object.entries(value.structValues).map(([name, member]) => [name, readValue(member)]),
          ),
        }),
    ...(value.rangeValue === undefined ? {} : { rangeValue: value.rangeValue }),
  };
}
