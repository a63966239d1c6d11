/** OPTIONS of a DDL statement, computed and put in their places. */

import { coerce, coerces } from '../../analysis/coerce.ts';
import { SqlError } from '../../syntax/sql-error.ts';
import type { TypedOption } from '../../tree/definition.ts';
import { typeName } from '../../types/sql-type.ts';
import { timeZone } from '../../values/time-zone.ts';
import type { JsonObject, TableSpec } from '../definitions.ts';
import { failure } from '../failure.ts';
import { evaluate } from './evaluate.ts';
import type { OptionRules } from './option-rules.ts';
import type { Run } from './run.ts';

/** What options change; a value of null takes the key away. */
export interface OptionPatch {
  readonly resource: JsonObject;
  readonly definition: JsonObject;
}

/** Computes options. Throws for one that is unknown or of the wrong type. */
export async function readOptions(run: Run, options: readonly TypedOption[], rules: OptionRules): Promise<OptionPatch> {
  const patch: Record<'resource' | 'definition', Record<string, unknown>> = { resource: {}, definition: {} };
  for (const { name, value, at } of options) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw new SqlError(`Unknown option: ${name}`, at);
    if (!coerces(value, rule.type)) {
      throw new SqlError(`Option ${name} has type ${typeName(value.type)}, expected ${typeName(rule.type)}`, at);
    }
    const zone = timeZone(run.request.timeZone ?? 'UTC');
    const result = await evaluate(run, coerce(value, rule.type, { at, timeZone: zone }));
    patch[rule.place][rule.key] = result === null ? null : rule.convert(result);
  }
  return patch;
}

/** The object with a patch's keys set, or taken away where they are null. */
export function patched<T extends object>(before: T, patch: JsonObject): T {
  const merged = { ...before, ...patch };
  // Null is how a patch takes an optional key away; what stays has the keys of the original.
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)) as T;
}

/** What `partition_expiration_days` says (in milliseconds, null to clear it, undefined to keep it) put in its place. */
export function withPartitionExpiration<T extends Pick<TableSpec, 'timePartitioning'>>(
  spec: T,
  expirationMs: unknown,
): T {
  if (expirationMs === undefined) return spec;
  if (spec.timePartitioning === undefined) {
    throw failure('invalidQuery', 'partition_expiration_days can only be set for a table that is partitioned by time');
  }
  const expiration = typeof expirationMs === 'number' ? String(expirationMs) : null;
  return { ...spec, timePartitioning: patched(spec.timePartitioning, { expirationMs: expiration }) };
}
