/** The error of a call that fits no overload, in Google's detailed form. */

import { findAggregate } from '../functions/functions.ts';
import { patternText, type Parameter, type Signature } from '../functions/signature.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { typeName } from '../types/sql-type.ts';
import { isUntyped } from './literal.ts';
import type { Mismatch } from './match-signature.ts';

/** `No matching signature for function F` with the argument types and every signature's reason. */
export function noMatchingSignature(
  name: string,
  list: readonly Expression[],
  mismatches: readonly Mismatch[],
  at: number,
): SqlError {
  const kind = kindOf(name);
  const types = list.map(argumentText).join(', ');
  const lines = [`No matching signature for ${kind} ${name}`, `  Argument types: ${types}`];
  for (const { signature, reason } of mismatches) {
    lines.push(`  Signature: ${signatureText(name, kind, signature)}`, `    ${reason}`);
  }
  return new SqlError(lines.join('\n'), at);
}

function kindOf(name: string): 'aggregate function' | 'analytic function' | 'function' | 'operator' {
  if (!/^[A-Z_]/.test(name) || operatorWords.has(name.split(' ')[0] ?? '')) return 'operator';
  const definition = findAggregate(name);
  if (definition === undefined) return 'function';
  return definition.kind === 'window' ? 'analytic function' : 'aggregate function';
}

const operatorWords: ReadonlySet<string> = new Set(['NOT', 'AND', 'OR', 'LIKE', 'IN', 'BETWEEN', 'IS', 'CASE']);

function argumentText(argument: Expression): string {
  if (argument.kind === 'part') return 'DATE_TIME_PART';
  if (argument.kind === 'step') return 'INTERVAL';
  return isUntyped(argument) ? 'NULL' : typeName(argument.type);
}

function signatureText(name: string, kind: string, signature: Signature): string {
  const shown = signature.parameters.filter((parameter) => kind !== 'operator' || parameter.name === undefined);
  const parts = shown.map(parameterText);
  if (kind === 'operator' && parts.length === 2) return `${parts[0]} ${name} ${parts[1]}`;
  if (kind === 'operator' && parts.length === 1) return `${name}${parts[0]}`;
  return `${name}(${parts.join(', ')})`;
}

function parameterText(parameter: Parameter): string {
  const type = patternText(parameter.pattern);
  if (parameter.name !== undefined) return `[${parameter.name} => ${type}]`;
  if (parameter.repeated) return parameter.optional ? `[${type}, ...]` : `${type}, [${type}, ...]`;
  return parameter.optional ? `[${type}]` : type;
}
