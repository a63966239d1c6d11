/** Puts the JavaScript functions and macros of generated SQL into a DuckDB instance. */

import {
  ANY,
  DuckDBScalarFunction,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBVector,
} from '@duckdb/node-api';
import type { JsFunction } from '../../duckdb/js/define.ts';
import { jsFunctions } from '../../duckdb/js-functions.ts';
import { macros } from '../../duckdb/macros.ts';
import type { TypePattern } from '../../functions/signature.ts';
import { arrayOf, type SqlType } from '../../types/sql-type.ts';
import { outOfMemory } from '../../values/output-size.ts';
import { ValueError } from '../../values/sql-value.ts';
import { duckDBType, duckReader, duckWriter, type DuckWriter } from './duck-values.ts';
import { markError } from './error-mark.ts';
import { valueBytes } from './value-bytes.ts';

/** Registers everything, and `own` functions; they are seen by all connections of the instance. */
export async function registerFunctions(connection: DuckDBConnection, own: readonly JsFunction[]): Promise<void> {
  for (const definition of [...jsFunctions, ...own]) connection.registerScalarFunction(scalarFunction(definition));
  for (const [head, body] of Object.entries(macros)) await connection.run(`CREATE MACRO ${head} AS ${body}`);
}

function scalarFunction(definition: JsFunction): DuckDBScalarFunction {
  const { signature } = definition;
  const fixed = signature.parameters.filter((parameter) => !parameter.optional && !parameter.repeated);
  const open = fixed.length < signature.parameters.length;
  const write = duckWriter(typeOf(signature.result) ?? { kind: 'STRING' });
  return DuckDBScalarFunction.create({
    name: definition.name,
    parameterTypes: fixed.map(({ pattern }) => {
      const type = typeOf(pattern);
      return type === undefined ? ANY : duckDBType(type);
    }),
    ...(open ? { varArgsType: ANY } : {}),
    returnType: duckDBType(typeOf(signature.result) ?? { kind: 'STRING' }),
    specialHandling: definition.nulls === 'see',
    volatile: definition.volatile ?? false,
    mainFunction: (_info, input, output) => runChunk(definition, input, output, write),
  });
}

/** The type of a pattern; undefined when it takes any. */
function typeOf(pattern: TypePattern): SqlType | undefined {
  if (pattern.kind === 'type') return pattern.type;
  if (pattern.kind !== 'array') return undefined;
  const element = typeOf(pattern.element);
  return element === undefined ? undefined : arrayOf(element);
}

function runChunk(
  { call, nulls, constants = 0 }: JsFunction,
  input: DuckDBDataChunk,
  output: DuckDBVector,
  write: DuckWriter,
): void {
  const columns = Array.from({ length: input.columnCount }, (_, i) => {
    const vector = input.getColumnVector(i);
    const read = duckReader(vector.type);
    const constant = i < constants && input.rowCount > 0 ? read(vector.getItem(0)) : undefined;
    return { vector, read, constant };
  });
  let held = 0;
  for (let row = 0; row < input.rowCount; row++) {
    const values = columns.map(({ vector, read, constant }) => constant ?? read(vector.getItem(row)));
    held += valueBytes(values);
    if (held > MAX_CHUNK_BYTES) throw outOfMemory();
    const skipped = nulls === 'skip' && values.includes(null);
    const result = skipped ? null : guarded(() => call(...values));
    held += valueBytes(result);
    if (held > MAX_CHUNK_BYTES) throw outOfMemory();
    output.setItem(row, write(result));
  }
  output.flush();
}

/**
 * Arguments and results of one chunk stay in memory until all of them are there. A heap that overflows inside DuckDB's callback
 * would end the process instead of the worker.
 */
const MAX_CHUNK_BYTES = 192 * 1024 * 1024;

/** An error of ours is marked, so that it can be told from DuckDB's. */
function guarded<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ValueError) throw new Error(markError(error.message), { cause: error });
    // A text longer than any that JavaScript can hold.
    if (error instanceof RangeError) throw outOfMemory();
    throw error;
  }
}
