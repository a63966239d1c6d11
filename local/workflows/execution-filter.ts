/**
 * Filters and orders of lists of executions, as SQL over fixed columns with bound values.
 * Source: the comments of ListExecutionsRequest in google/cloud/workflows/executions/v1/executions.proto, and
 * https://google.aip.dev/160 of which comparisons joined by AND are served.
 */
import type { SqlValue } from '../primitives/store.ts';
import { invalid } from './refusals.ts';

export interface SqlCondition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

interface Field {
  readonly sql: string;
  /** Reads what stands right of the operator. */
  readonly read: (text: string) => SqlValue;
}

const text = (value: string): SqlValue => value;
const EXECUTION_ID = "substr(executions.name, instr(executions.name, '/executions/') + 12)";
const REVISION_ID =
  '(SELECT id FROM revisions r WHERE r.workflow = executions.workflow AND r.ordinal = executions.revision)';

/** Names are compared without case: `executionID` and `executionId` are both in Google's documentation. */
const FIELDS: Readonly<Record<string, Field>> = {
  executionid: { sql: EXECUTION_ID, read: text },
  state: { sql: 'state', read: text },
  starttime: { sql: 'start_ms', read: readTime },
  endtime: { sql: 'end_ms', read: readTime },
  duration: { sql: '(end_ms - start_ms)', read: readDuration },
  workflowrevisionid: { sql: REVISION_ID, read: text },
};

const OPERATORS: Readonly<Record<string, string>> = {
  '=': '=',
  ':': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const TERM =
  /^\s*(?<field>[A-Za-z][\w.-]*)\s*(?<operator><=|>=|!=|[=<>:])\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[^\s"()]+))\s*/;

/** @throws ApiError INVALID_ARGUMENT for a filter that is not served, saying what is */
export function parseFilter(filter: string): SqlCondition {
  const conditions: SqlCondition[] = [];
  let rest = filter.trim();
  while (rest !== '') {
    const match = TERM.exec(rest);
    if (match?.groups === undefined) throw unreadable(filter);
    conditions.push(toCondition(match.groups, filter));
    rest = rest.slice(match[0].length);
    if (rest === '') break;
    if (!/^AND\s/.test(rest)) throw unreadable(filter);
    rest = rest.slice('AND'.length).trimStart();
    if (rest === '') throw unreadable(filter);
  }
  return {
    sql: conditions.map((condition) => `AND ${condition.sql}`).join(' '),
    values: conditions.flatMap((condition) => condition.values),
  };
}

function toCondition(groups: Record<string, string | undefined>, filter: string): SqlCondition {
  const { field: name = '', operator = '=', quoted, bare } = groups;
  const value = quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1');
  const comparison = OPERATORS[operator] ?? '=';
  const [, label] = /^labels?\.([\w-]+)$/.exec(name) ?? [];
  if (label !== undefined) {
    return { sql: `json_extract(labels, ?) ${comparison} ?`, values: [`$."${label}"`, value] };
  }
  const field = FIELDS[name.toLowerCase()];
  if (field === undefined) throw unreadable(filter);
  return { sql: `${field.sql} ${comparison} ?`, values: [field.read(value)] };
}

/** The ORDER BY of a list; the newest first when nothing is asked. */
export function parseOrder(orderBy: string): string {
  if (orderBy.trim() === '') return 'coalesce(start_ms, create_ms) DESC, sequence DESC';
  const terms = orderBy.split(',').map((term) => {
    const [, name = '', direction = ''] = /^\s*([A-Za-z]+)(?:\s+(desc|asc))?\s*$/i.exec(term) ?? [];
    const field = FIELDS[name.toLowerCase()];
    if (field === undefined) throw invalid(`Invalid order_by '${orderBy}': fields are ${fieldNames()}.`);
    return `${field.sql} ${direction.toUpperCase() === 'DESC' ? 'DESC' : 'ASC'}`;
  });
  return [...terms, 'sequence DESC'].join(', ');
}

function readTime(value: string): number {
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw invalid(`Invalid time '${value}' in the filter.`);
  return time;
}

function readDuration(value: string): number {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(value)?.[1];
  if (seconds === undefined) throw invalid(`Invalid duration '${value}' in the filter: expected seconds, such as 5s.`);
  return Number(seconds) * 1000;
}

function unreadable(filter: string): Error {
  return invalid(
    `Invalid filter '${filter}': expected FIELD OPERATOR VALUE, joined by AND; fields are ${fieldNames()} and labels.KEY.`,
  );
}

function fieldNames(): string {
  return 'executionID, state, startTime, endTime, duration, workflowRevisionID';
}
