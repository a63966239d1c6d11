/** Turns a value of the source, with expressions anywhere in it, into code. */
import type { Code } from '../program.ts';
import { raise } from '../errors.ts';
import { typeNameInMessage, type Value } from '../values/value.ts';
import { compileExpression, constantCode } from './compile-expression.ts';
import { problem, type Context } from './context.ts';
import type { MapEntry, ScalarNode, SourceNode } from './source.ts';

/** Code of a scalar, list or map; `${…}` must be the whole of a scalar or of a key. */
export function compileTemplate(node: SourceNode, context: Context): Code {
  if (node.kind === 'scalar') return compileScalar(node, context);
  if (node.kind === 'list') return compileList(node.items, context);
  return compileMap(node.entries, context);
}

/** The text within `${` and `}` of a scalar that is an expression. */
export function expressionText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trimEnd();
  return text.startsWith('${') && text.endsWith('}') ? text.slice(2, -1) : undefined;
}

function compileScalar(node: ScalarNode, context: Context): Code {
  const text = expressionText(node.value);
  if (text !== undefined)
    return compileExpression(text, { position: node.position, textAt: afterDollar(node) }, context);
  if (typeof node.value === 'string' && node.value.startsWith('${')) {
    problem(context, node.position, `parse error: unterminated expression: ${node.value}`);
  }
  return constantCode(node.value);
}

function afterDollar(node: ScalarNode): ScalarNode['textAt'] {
  return node.textAt === undefined ? undefined : { line: node.textAt.line, column: node.textAt.column + 2 };
}

function compileList(items: readonly SourceNode[], context: Context): Code {
  const codes = items.map((item) => compileTemplate(item, context));
  if (codes.every((code) => code.constant !== undefined))
    return constantCode(codes.map((code) => code.constant ?? null));
  return {
    run: (scope, host) => codes.map((code) => code.run(scope, host)),
    suspends: codes.some((code) => code.suspends),
    constant: undefined,
  };
}

function compileMap(entries: readonly MapEntry[], context: Context): Code {
  const codes = entries.map((entry) => ({
    key: compileKey(entry, context),
    value: compileTemplate(entry.value, context),
  }));
  if (codes.every(({ key, value }) => key.constant !== undefined && value.constant !== undefined)) {
    return constantCode(new Map(codes.map(({ key, value }) => [asKey(key.constant ?? null), value.constant ?? null])));
  }
  return {
    run: (scope, host) => new Map(codes.map(({ key, value }) => [asKey(key.run(scope, host)), value.run(scope, host)])),
    suspends: codes.some(({ key, value }) => key.suspends || value.suspends),
    constant: undefined,
  };
}

function compileKey(entry: MapEntry, context: Context): Code {
  const text = expressionText(entry.key);
  if (text === undefined) return constantCode(entry.key);
  return compileExpression(text, { position: entry.position, textAt: undefined }, context);
}

function asKey(key: Value): string {
  if (typeof key === 'string') return key;
  return raise('TypeError', `a key of a dict must be a string, not '${typeNameInMessage(key)}'`);
}
