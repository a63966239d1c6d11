/** Reads `switch` steps. */
import { LIMITS } from '../limits.ts';
import type { Action, SwitchArm } from '../program.ts';
import { constantCode } from './compile-expression.ts';
import { compileTemplate } from './compile-template.ts';
import { problem, type Context } from './context.ts';
import { expectList, readFields } from './read-fields.ts';
import { readNext } from './read-next.ts';
import type { MapEntry, SourceNode } from './source.ts';
import { STEP_KEYS } from './step-keys.ts';

export function readSwitch(entry: MapEntry, context: Context): Action {
  const items = expectList(entry, context)?.items ?? [];
  if (items.length === 0 || items.length > LIMITS.conditions) {
    problem(context, entry.position, `'switch' must list 1 to ${LIMITS.conditions} conditions, not ${items.length}`);
  }
  return { kind: 'switch', arms: items.map((item) => readArm(item, context)) };
}

/** A condition, and what to do: a body like that of a step, a jump, or a body and then a jump. */
function readArm(node: SourceNode, context: Context): SwitchArm {
  const fields = readFields(node, { name: 'a condition of switch', allowed: ['condition', ...STEP_KEYS] }, context);
  const condition = fields.get('condition');
  if (condition === undefined) problem(context, node.position, "an entry of 'switch' needs a 'condition'");
  const body = new Map([...fields].filter(([key]) => key !== 'condition' && key !== 'next'));
  return {
    condition: condition === undefined ? constantCode(false) : compileTemplate(condition.value, context),
    position: condition?.position ?? node.position,
    body: body.size === 0 ? undefined : context.document.reader.inline(context.step ?? '', body, context),
    next: readNext(fields, context),
  };
}
