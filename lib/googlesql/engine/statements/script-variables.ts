/** DECLARE and SET. */

import type { DeclareStatement, SetStatement } from '../../syntax/ast-script.ts';
import { SqlError } from '../../syntax/sql-error.ts';
import { withoutParameters } from '../../types/sql-type.ts';
import { resolveTypeName } from '../../types/type-name.ts';
import { notSupported, type Run } from './run.ts';
import { typedValueOf, valueAs } from './script-expressions.ts';

/** Declares variables, each with the default's value or NULL. Throws when one is declared already. */
export async function declareVariables(run: Run, node: DeclareStatement): Promise<void> {
  const declared = node.type === undefined ? undefined : withoutParameters(resolveTypeName(node.type));
  for (const { name, at } of node.names) {
    const value = await initialValue(run, node, declared);
    if (!run.variables.declare(name, value)) throw new SqlError(`Variable '${name}' redeclaration is not allowed`, at);
  }
}

async function initialValue(
  run: Run,
  node: DeclareStatement,
  declared: ReturnType<typeof withoutParameters> | undefined,
): ReturnType<typeof typedValueOf> {
  if (node.default === undefined) {
    if (declared === undefined) throw new SqlError('DECLARE needs a type or a DEFAULT', node.at);
    return { type: declared, value: declared.kind === 'ARRAY' ? [] : null };
  }
  return declared === undefined ? typedValueOf(run, node.default) : valueAs(run, node.default, declared, 'A variable');
}

/** Gives variables other values. */
export async function setVariables(run: Run, node: SetStatement): Promise<void> {
  const names = node.targets.map(({ path, system }) => {
    const [first, second] = path;
    if (system || first === undefined || second !== undefined) {
      throw notSupported(`SET ${system ? '@@' : ''}${path.map(({ name }) => name).join('.')}`, node.at);
    }
    return first;
  });
  const types = names.map(({ name, at }) => {
    const known = run.variables.find(name);
    if (known === undefined) throw new SqlError(`Undeclared variable: ${name}`, at);
    return known.type;
  });
  const [only, second] = names;
  const [type] = types;
  if (only !== undefined && type !== undefined && second === undefined) {
    run.variables.set(only.name, await valueAs(run, node.value, type, `Variable ${only.name}`));
    return;
  }
  const struct = { kind: 'STRUCT', fields: types.map((field) => ({ name: '', type: field })) } as const;
  const { value } = await valueAs(run, node.value, struct, 'The list of variables');
  const values = Array.isArray(value) ? value : [];
  for (const [i, { name }] of names.entries()) {
    const own = types[i];
    if (own !== undefined) run.variables.set(name, { type: own, value: values[i] ?? null });
  }
}
