/**
 * Functions that make much of little: DuckDB's own where what they are given is small, and ours where it is not. A vector of DuckDB
 * has 2048 rows, and what those come to is in no limit of its memory; ours keep to one.
 */

import type { LargeTemplate, ScalarTemplate } from '../functions/definition.ts';
import type { CallNode, Expression } from '../tree/expression.ts';
import { isVolatile } from '../tree/walk.ts';
import type { SqlType } from '../types/sql-type.ts';
import { bindOnce, canBind, mustBind, type Argument } from './bind-once.ts';
import type { Context } from './context.ts';

/** Results of up to so many bytes, as far as arguments tell, are DuckDB's. */
const MAX_NATIVE_BYTES = 65_536;

/** Bytes of a number, a date or the like as text, at most about. */
const SCALAR_BYTES = 64;

/** Longest argument that may be written a second time, where it is not computed. */
const MAX_WRITTEN = 2000;

/** Functions whose result is about as large as their texts at most. */
const keepingSize: ReadonlySet<string> = new Set(
  'UPPER LOWER INITCAP SUBSTR SUBSTRING LEFT RIGHT TRIM LTRIM RTRIM REVERSE COALESCE IFNULL NULLIF REGEXP_EXTRACT JSON_VALUE'.split(
    ' ',
  ),
);

export function isLargeTemplate(template: ScalarTemplate): template is LargeTemplate {
  return typeof template === 'object' && 'large' in template;
}

/** How large a text may be: bytes that are known, and DuckDB expressions for others. */
interface Size {
  readonly known: number;
  readonly asked: readonly string[];
}

const sized = (known: number, asked: readonly string[] = []): Size => ({ known, asked });

/** The call with a look at the sizes of what it is given. */
export function largeText(call: CallNode, template: LargeTemplate, context: Context): string {
  const operands = template.sizes === 'sum' ? flattened(call) : call.arguments;
  const list = operands.map((expression) => ({ expression, text: context.emit.expression(expression, context) }));
  const sizes = list.map(
    (operand, i) => sizeOf(operand.expression, context) ?? askedOf(operand.expression.type, `$${i};`),
  );
  const places = list.map((_, i) => `$${i};`);
  const native = template.native(places);
  const condition = template.sizes === 'own' ? undefined : conditions[template.sizes](sizes);
  const text =
    condition === undefined
      ? native
      : `CASE WHEN ${condition} THEN ${template.large}(${places.join(', ')}) ELSE ${native} END`;
  const picked = list.map((operand, i) => isPicked(operand, text.split(`$${i};`).length - 1));
  const bound = bindOnce(list, picked, context);
  return bound.wrap(text.replaceAll(/\$(\d+);/g, (_, n: string) => bound.texts[Number(n)] ?? ''));
}

const conditions = { sum: aboveSum, product: aboveProduct } as const;

/** Of two mentions only one is computed. */
function isPicked(operand: Argument, count: number): boolean {
  if (count > 2) return mustBind(operand, count);
  const { expression, text } = operand;
  return count === 2 && canBind(expression) && (text.length > MAX_WRITTEN || isVolatile(expression));
}

/** What is joined, through joins within. */
function flattened(call: CallNode): readonly Expression[] {
  return call.arguments.flatMap((argument) => {
    if (argument.kind !== 'call' || argument.safe) return [argument];
    const { template } = argument.overload;
    return isLargeTemplate(template) && template.sizes === 'sum' ? flattened(argument) : [argument];
  });
}

function aboveSum(sizes: readonly Size[]): string | undefined {
  const known = sizes.reduce((sum, size) => sum + size.known, 0);
  const asked = sizes.flatMap((size) => size.asked);
  if (asked.length === 0 && known <= MAX_NATIVE_BYTES) return undefined;
  return `${[...asked, known].join(' + ')} > ${MAX_NATIVE_BYTES}`;
}

/** Each piece of the first may become as large as the last. */
function aboveProduct(sizes: readonly Size[]): string | undefined {
  const [first = sized(0), last = sized(0)] = [sizes[0], sizes.at(-1)];
  if (
    last.asked.length === 0 &&
    (last.known === 0 || (first.asked.length === 0 && first.known * last.known <= MAX_NATIVE_BYTES))
  ) {
    return undefined;
  }
  const text = ({ known, asked }: Size): string => `(${[...asked, known].join(' + ')})`;
  return `${text(first)} * ${text(last)} > ${MAX_NATIVE_BYTES}`;
}

/** The size by the texts that go into the expression; undefined when only its value tells. */
function sizeOf(expression: Expression, context: Context): Size | undefined {
  switch (expression.kind) {
    case 'literal':
    case 'parameter':
    case 'variable':
      return sized(context.emit.expression(expression, context).length);
    case 'column':
      return askedOf(expression.type, context.emit.expression(expression, context));
    case 'cast':
      return isText(expression.operand.type)
        ? sizeOf(expression.operand, context)
        : scalarSize(expression.operand.type);
    case 'case':
      return sumOf([...expression.branches.map(({ result }) => result), expression.otherwise], context);
    case 'call':
      return keepingSize.has(expression.definition.name) ? sumOf(expression.arguments, context) : undefined;
    default:
      return undefined;
  }
}

function sumOf(list: readonly Expression[], context: Context): Size | undefined {
  const sizes = list.filter(({ type }) => isText(type)).map((one) => sizeOf(one, context));
  return sizes.reduce<Size | undefined>(
    (sum, size) =>
      sum === undefined || size === undefined
        ? undefined
        : sized(sum.known + size.known, [...sum.asked, ...size.asked]),
    sized(0),
  );
}

function isText({ kind }: SqlType): boolean {
  return kind === 'STRING' || kind === 'BYTES' || kind === 'JSON';
}

function scalarSize({ kind }: SqlType): Size | undefined {
  return kind === 'ARRAY' || kind === 'STRUCT' ? undefined : sized(SCALAR_BYTES);
}

/** NULL comes to nothing. */
function askedOf({ kind }: SqlType, text: string): Size {
  if (kind === 'BYTES') return sized(0, [`ifnull(octet_length(${text}), 0)`]);
  return sized(0, [`ifnull(strlen(${kind === 'JSON' ? `CAST(${text} AS VARCHAR)` : text}), 0)`]);
}
