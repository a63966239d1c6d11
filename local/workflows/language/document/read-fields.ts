/** Reads the maps that steps are written as: which keys may be there, and of what kind they must be. */
import type { Position } from '../problems.ts';
import { isReserved } from '../expressions/parser.ts';
import { problem, type Context } from './context.ts';
import type { ListNode, MapEntry, MapNode, SourceNode } from './source.ts';

export type Fields = ReadonlyMap<string, MapEntry>;

/** The entries of a map by key; keys that are not `allowed` are problems. */
export function readFields(
  node: SourceNode,
  what: { readonly name: string; readonly allowed: readonly string[] },
  context: Context,
): Fields {
  const fields = new Map<string, MapEntry>();
  if (node.kind !== 'map') {
    problem(context, node.position, `${what.name} must be a map with some of: ${what.allowed.join(', ')}`);
    return fields;
  }
  for (const entry of node.entries) {
    if (what.allowed.includes(entry.key)) fields.set(entry.key, entry);
    else {
      const allowed = what.allowed.join(', ');
      problem(context, entry.position, `unknown key '${entry.key}' in ${what.name}; allowed are: ${allowed}`);
    }
  }
  return fields;
}

/** The list under a key; anything else is a problem. */
export function expectList(entry: MapEntry, context: Context): ListNode | undefined {
  if (entry.value.kind === 'list') return entry.value;
  problem(context, entry.value.position, `'${entry.key}' must be a list`);
  return undefined;
}

/** The map under a key; anything else is a problem. */
export function expectMap(entry: MapEntry, context: Context): MapNode | undefined {
  if (entry.value.kind === 'map') return entry.value;
  problem(context, entry.value.position, `'${entry.key}' must be a map`);
  return undefined;
}

/** The string under a key; anything else is a problem. */
export function expectString(node: SourceNode, what: string, context: Context): string | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
  problem(context, node.position, `'${what}' must be a string`);
  return undefined;
}

/** The name of a variable under a key; anything else is a problem. */
export function expectName(node: SourceNode, what: string, context: Context): string | undefined {
  const name = expectString(node, what, context);
  return name !== undefined && isVariableName(name, node.position, context) ? name : undefined;
}

/** Adds a problem for what cannot be the name of a variable. */
export function isVariableName(name: string, position: Position, context: Context): boolean {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !isReserved(name)) return true;
  problem(
    context,
    position,
    `'${name}' cannot name a variable: letters, digits and underscores, not first a digit, and no word of the expression language`,
  );
  return false;
}

/** The one entry of a map of one; anything else is a problem. */
export function expectSingle(node: SourceNode, what: string, context: Context): MapEntry | undefined {
  const [entry, ...others] = node.kind === 'map' ? node.entries : [];
  if (entry !== undefined && others.length === 0) return entry;
  problem(context, node.position, `${what} must be a map with exactly one key`);
  return undefined;
}
