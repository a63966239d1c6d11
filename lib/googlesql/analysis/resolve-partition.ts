/** PARTITION BY of CREATE TABLE: the few forms that BigQuery has. */

import type { Expression, FunctionCall } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { PartitionSpec } from '../tree/definition.ts';
import type { RestField } from '../types/rest-schema.ts';
import { parseInt64 } from '../values/text-value.ts';

type Unit = 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';

const units: readonly Unit[] = ['HOUR', 'DAY', 'MONTH', 'YEAR'];

/** Which truncations each column type is partitioned by. */
const allowedUnits: Readonly<Record<string, readonly Unit[]>> = {
  DATE: ['DAY', 'MONTH', 'YEAR'],
  TIMESTAMP: units,
  DATETIME: units,
};

/** The partitioning that an expression says. Throws for any other expression. */
export function resolvePartitionBy(node: Expression, fields: readonly RestField[]): PartitionSpec {
  const path = pathOf(node);
  if (path?.toUpperCase() === '_PARTITIONDATE') return { kind: 'time', unit: 'DAY' };
  if (path !== undefined) return timeSpec(path, 'DAY', fields, node.at);
  if (node.kind !== 'call') throw invalid(node.at);
  return callSpec(node, fields);
}

function callSpec(node: FunctionCall, fields: readonly RestField[]): PartitionSpec {
  const name = node.path.at(-1)?.name.toUpperCase() ?? '';
  const [first, second] = node.arguments;
  const column = first === undefined ? undefined : pathOf(first);
  if (column === undefined) throw invalid(node.at);
  if (name === 'RANGE_BUCKET' && second?.kind === 'call') return rangeSpec(column, second, fields);
  if (name === 'DATE' && second === undefined) return timeSpec(column, 'DAY', fields, node.at);
  const word = second === undefined ? undefined : pathOf(second)?.toUpperCase();
  const unit = units.find((one) => one === word);
  if (!/^(?:DATE|TIMESTAMP|DATETIME)_TRUNC$/.test(name) || unit === undefined) throw invalid(node.at);
  return timeSpec(column, unit, fields, node.at);
}

function pathOf(node: Expression): string | undefined {
  return node.kind === 'path' && node.path.length === 1 ? node.path[0]?.name : undefined;
}

function invalid(at: number): SqlError {
  return new SqlError(
    'PARTITION BY expression must be DATE(<timestamp_column>), DATE(<datetime_column>), DATETIME_TRUNC(<datetime_column>, DAY/HOUR/MONTH/YEAR), a DATE column, TIMESTAMP_TRUNC(<timestamp_column>, DAY/HOUR/MONTH/YEAR), DATE_TRUNC(<date_column>, MONTH/YEAR), or RANGE_BUCKET(<int64_column>, GENERATE_ARRAY(<int64_value>, <int64_value>[, <int64_value>]))',
    at,
  );
}

function timeSpec(name: string, unit: Unit, fields: readonly RestField[], at: number): PartitionSpec {
  if (name.toUpperCase() === '_PARTITIONTIME') return { kind: 'time', unit };
  const field = findField(name, fields, at);
  if (allowedUnits[field.type]?.includes(unit) !== true) throw invalid(at);
  return { kind: 'time', unit, field: field.name };
}

function findField(name: string, fields: readonly RestField[], at: number): RestField {
  const field = fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (field === undefined) throw new SqlError(`Unrecognized name: ${name}`, at);
  return field;
}

function rangeSpec(name: string, array: FunctionCall, fields: readonly RestField[]): PartitionSpec {
  const field = findField(name, fields, array.at);
  const numbers = array.arguments.map(integerOf);
  const [start, end, interval = 1n] = numbers;
  const generates = array.path.at(-1)?.name.toUpperCase() === 'GENERATE_ARRAY';
  if (field.type !== 'INTEGER' || !generates || start === undefined || end === undefined || interval <= 0n) {
    throw invalid(array.at);
  }
  return { kind: 'range', field: field.name, start, end, interval };
}

function integerOf(node: Expression): bigint | undefined {
  if (node.kind === 'int') return parseInt64(node.text);
  const negative = node.kind === 'unary' && node.operator === '-' && node.operand.kind === 'int';
  return negative && node.operand.kind === 'int' ? parseInt64(`-${node.operand.text}`) : undefined;
}
