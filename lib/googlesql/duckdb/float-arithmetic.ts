/** Arithmetic of doubles: DuckDB's own, which is looked at again only where its end is not finite. */

import type { FloatTemplate, ScalarTemplate } from '../functions/definition.ts';
import type { CallNode, Expression } from '../tree/expression.ts';
import { bindOnce, mustBind } from './bind-once.ts';
import type { Context } from './context.ts';

export function isFloatTemplate(template: ScalarTemplate): template is FloatTemplate {
  return typeof template === 'object' && 'quick' in template;
}

/** What operands come to, with `$n;` for the operand of that number. */
interface Part {
  readonly quick: string;
  readonly exact: string;
  /** Whether an operand that is NULL would hide the error of another one. */
  readonly hides: boolean;
}

/**
 * The call with all of the arithmetic below it that carries what is not finite up to it: one look at the end is enough, because
 * what overflows on the way, or is divided by zero, never becomes finite again.
 */
export function floatText(call: CallNode, template: FloatTemplate, context: Context): string {
  return arithmetic(call, template, context, checked);
}

/** The expression for a place that looks at what is not finite itself; arithmetic is left as DuckDB does it. */
export function uncheckedText(expression: Expression, context: Context): string {
  const template = expression.kind === 'call' && !expression.safe ? expression.overload.template : '';
  if (expression.kind !== 'call' || !isFloatTemplate(template)) return context.emit.expression(expression, context);
  return arithmetic(expression, template, context, (part) => (part.hides ? checked(part) : part.quick));
}

function checked({ quick, exact, hides }: Part): string {
  return hides
    ? `CASE WHEN isfinite(${quick}) THEN ${quick} ELSE ${exact} END`
    : `CASE WHEN NOT isfinite(${quick}) THEN ${exact} ELSE ${quick} END`;
}

function arithmetic(call: CallNode, template: FloatTemplate, context: Context, write: (part: Part) => string): string {
  const operands: Expression[] = [];
  const text = write(partOf(call, template, operands));
  const list = operands.map((expression) => ({ expression, text: context.emit.expression(expression, context) }));
  const picked = list.map((argument, i) => mustBind(argument, text.split(`$${i};`).length - 1));
  const bound = bindOnce(list, picked, context);
  return bound.wrap(text.replaceAll(/\$(\d+);/g, (_, n: string) => bound.texts[Number(n)] ?? ''));
}

function partOf(call: CallNode, template: FloatTemplate, operands: Expression[]): Part {
  const inner = call.arguments.map((argument, i) => (template.carries.includes(i) ? carried(argument) : undefined));
  const parts = call.arguments.map((argument, i): Part => {
    const below = inner[i];
    if (below !== undefined) return partOf(below.call, below.template, operands);
    operands.push(argument);
    const text = `$${operands.length - 1};`;
    return { quick: text, exact: text, hides: false };
  });
  const fill = (text: string, of: 'quick' | 'exact'): string =>
    text.replaceAll(/\$(\d)/g, (_, n: string) => parts[Number(n) - 1]?.[of] ?? '');
  const mayBeNull = (i: number): boolean => {
    const argument = call.arguments[i];
    return argument?.kind !== 'literal' || argument.value === null;
  };
  const hides = inner.some(
    (below, i) => below !== undefined && inner.some((_, other) => other !== i && mayBeNull(other)),
  );
  return {
    quick: `(${fill(template.quick, 'quick')})`,
    exact: fill(template.exact, 'exact'),
    hides: hides || parts.some((part) => part.hides),
  };
}

/** An operand that is arithmetic itself, where that needs no look of its own. */
function carried(argument: Expression): { readonly call: CallNode; readonly template: FloatTemplate } | undefined {
  if (argument.kind !== 'call' || argument.safe) return undefined;
  const { template } = argument.overload;
  return isFloatTemplate(template) ? { call: argument, template } : undefined;
}
