/** Fills the templates of the function table. */

import { weekStart } from '../analysis/date-part.ts';
import type { ScalarTemplate } from '../functions/definition.ts';
import type { CallNode, Expression } from '../tree/expression.ts';
import { typeName } from '../types/sql-type.ts';
import { bindOnce, canBind, mustBind, type Bound } from './bind-once.ts';
import type { Context } from './context.ts';
import { floatText, isFloatTemplate } from './float-arithmetic.ts';
import { isLargeTemplate, largeText } from './large-texts.ts';
import { duckLiteral } from './literal.ts';
import { quoteText } from './text.ts';
import { duckType } from './types.ts';

/** The call as DuckDB SQL. */
export function fillTemplate(call: CallNode, context: Context): string {
  const { template: own } = call.overload;
  if (isFloatTemplate(own) && !call.safe) return floatText(call, own, context);
  if (isLargeTemplate(own) && !call.safe) return largeText(call, own, context);
  const values = callValues(call.arguments);
  const part = partOf(call.arguments);
  const template = templateFor(own, part);
  const texts = values.map((value) => context.emit.expression(value, context));
  const bound = bindRepeated(template, texts, call, context);
  const filled = substitute(template, { call, part, texts: bound.texts, context });
  return bound.wrap(call.safe ? `TRY(${filled})` : filled);
}

/** Arguments by position; `INTERVAL n part` counts as its count, a date part as nothing that can be written. */
function callValues(list: readonly Expression[]): readonly Expression[] {
  return list.map((argument) => (argument.kind === 'step' ? argument.count : argument));
}

function partOf(list: readonly Expression[]): string {
  for (const argument of list) {
    if (argument.kind === 'part' || argument.kind === 'step') return argument.part;
  }
  return '';
}

function templateFor(template: ScalarTemplate, part: string): string {
  if (typeof template === 'string') return template;
  if (isFloatTemplate(template)) return template.exact;
  if (isLargeTemplate(template)) return `${template.large}($all(, ))`;
  const found = template.parts[part] ?? (part.startsWith('WEEK(') ? template.parts['WEEK(*)'] : undefined);
  if (found === undefined) throw new Error(`no template for the part ${part}`);
  return found;
}

/** Under SAFE all arguments are bound, because only the call's own errors become NULL. */
function bindRepeated(template: string, texts: readonly string[], call: CallNode, context: Context): Bound {
  const list = texts.map((text, i) => ({ expression: call.arguments[i], text }));
  const picked = list.map((argument, i) =>
    call.safe ? canBind(argument.expression) : mustBind(argument, mentions(template, i + 1)),
  );
  return bindOnce(list, picked, context);
}

function mentions(template: string, position: number): number {
  const direct = template.match(new RegExp(`\\$(?:zone)?${position}(?!\\d)`, 'g'))?.length ?? 0;
  return direct + (template.match(/\$all\(/g)?.length ?? 0);
}

interface Filling {
  readonly call: CallNode;
  readonly part: string;
  readonly texts: readonly string[];
  readonly context: Context;
}

const placeholder =
  /\$(?:all\(([^)]*)\)|rest(\d)|zone(\d)?|types(\d)|type\b|duck\b|part\b|weekday\b|now\b|user\b|request\b|nan\b|option\((\w+), ([^)]*)\)|error\(|(\d))/;

function substitute(template: string, filling: Filling): string {
  let out = '';
  let rest = template;
  for (let match = placeholder.exec(rest); match !== null; match = placeholder.exec(rest)) {
    out += rest.slice(0, match.index);
    rest = rest.slice(match.index + match[0].length);
    if (match[0] === '$error(') {
      const end = closing(rest);
      out += errorText(substitute(rest.slice(0, end), filling), filling);
      rest = rest.slice(end + 1);
    } else {
      out += placeholderText(match, filling);
    }
  }
  return out + rest;
}

/** Position of the parenthesis that closes what has been opened before the text; quoted ones do not count. */
function closing(text: string): number {
  let depth = 1;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return i;
  }
  throw new Error(`unbalanced template: ${text}`);
}

function errorText(message: string, { call }: Filling): string {
  return `CAST(gs_error(${message}) AS ${duckType(call.type)})`;
}

function placeholderText(match: RegExpExecArray, filling: Filling): string {
  const { texts, call, part, context } = filling;
  const [all, separator, restFrom, zoneAt, typesFrom, option, fallback, position] = match;
  if (position !== undefined) return texts[Number(position) - 1] ?? '';
  if (separator !== undefined) return texts.join(separator);
  if (restFrom !== undefined) return texts.slice(Number(restFrom) - 1).join(', ');
  if (typesFrom !== undefined) return typesText(call.arguments.slice(Number(typesFrom) - 1));
  if (option !== undefined) return optionText(option, fallback ?? '', call);
  if (all.startsWith('$zone')) {
    const given = zoneAt === undefined ? undefined : texts[Number(zoneAt) - 1];
    return given ?? quoteText(context.session.timeZone);
  }
  return sessionText(all, { call, part, texts, context });
}

function sessionText(name: string, { call, part, texts, context }: Filling): string {
  switch (name) {
    case '$type':
      return quoteText(typeName(call.type));
    case '$duck':
      return duckType(call.type);
    case '$part':
      return quoteText(part);
    case '$weekday':
      return String(weekStart(part));
    case '$now':
      return `${context.session.nowMicros}::BIGINT`;
    case '$user':
      return quoteText(context.session.user);
    case '$request':
      return quoteText(context.session.request);
    case '$nan':
      return `(${texts.map((text) => `isnan(${text})`).join(' OR ')})`;
    default:
      throw new Error(`unknown placeholder ${name}`);
  }
}

/** Types as the JavaScript functions read them. */
function typesText(list: readonly Expression[]): string {
  return quoteText(JSON.stringify(list.map((argument) => argument.type)));
}

function optionText(name: string, fallback: string, call: CallNode): string {
  const value = call.options[name];
  const pattern = call.overload.signature.parameters.find((parameter) => parameter.name === name)?.pattern;
  if (value === undefined || pattern?.kind !== 'type') return fallback;
  return duckLiteral(value, pattern.type);
}
