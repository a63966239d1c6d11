/** Keywords as arguments: date parts such as `DAY` and `WEEK(MONDAY)`, and the forms of NORMALIZE. */

import type { Expression as SyntaxExpression } from '../syntax/ast-expression.ts';
import type { PartNode } from '../tree/expression.ts';
import { STRING } from '../types/sql-type.ts';

const parts: ReadonlySet<string> = new Set(
  `MICROSECOND MILLISECOND SECOND MINUTE HOUR DAY DAYOFWEEK DAYOFYEAR WEEK ISOWEEK MONTH QUARTER YEAR ISOYEAR DATE TIME
  DATETIME NANOSECOND NFC NFD NFKC NFKD`.split(/\s+/),
);

const weekdays = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

/** The date part that an argument spells, or undefined. */
export function datePartOf(node: SyntaxExpression): PartNode | undefined {
  const text = node.kind === 'path' ? plainPart(node) : node.kind === 'call' ? weekPart(node) : undefined;
  return text === undefined ? undefined : partNode(text);
}

/** A date part as a tree node. */
export function partNode(part: string): PartNode {
  return { kind: 'part', type: STRING, part };
}

function plainPart(node: Extract<SyntaxExpression, { kind: 'path' }>): string | undefined {
  const name = node.path.length === 1 ? node.path[0]?.name.toUpperCase() : undefined;
  return name !== undefined && parts.has(name) ? name : undefined;
}

function weekPart(node: Extract<SyntaxExpression, { kind: 'call' }>): string | undefined {
  const [argument, second] = node.arguments;
  const isWeek = node.path.length === 1 && node.path[0]?.name.toUpperCase() === 'WEEK';
  if (!isWeek || argument?.kind !== 'path' || second !== undefined) return undefined;
  const day = argument.path[0]?.name.toUpperCase() ?? '';
  if (!weekdays.includes(day)) return undefined;
  return day === 'SUNDAY' ? 'WEEK' : `WEEK(${day})`;
}

/** The number of the weekday that a week part starts on, Sunday 0. */
export function weekStart(part: string): number {
  const match = /^WEEK\((\w+)\)$/.exec(part);
  return match === null ? 0 : weekdays.indexOf(match[1] ?? '');
}
