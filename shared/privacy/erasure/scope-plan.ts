// Owns what an erasure does to each endpoint, computed from where its columns come from; what is not known blocks the erasure.
import {
  type ColumnContent,
  columnKey,
  type Contents,
  type Found,
  foundIn,
  type Owners,
  type ScopeEndpoint,
  SUBJECT,
} from './scope-contents.ts';

/** What is done to an endpoint. `unknown` blocks the erasure until its owner has declared or exempted it. */
export const SCOPE_ACTIONS = ['covered', 'row-delete', 'recompute', 'external', 'exempt', 'unknown'] as const;
export type ScopeAction = (typeof SCOPE_ACTIONS)[number];

/** The plan for one endpoint. */
export interface ScopeItem {
  readonly endpoint: string;
  readonly action: ScopeAction;
  readonly reason: string;
  /** Of `row-delete`: columns that hold the subject token unchanged, by which rows are found. */
  readonly tokenColumns?: readonly string[] | undefined;
  /** Who outside got something of the person from it. */
  readonly recipients?: readonly string[] | undefined;
}

/** Whether the erasure has to change rows itself: elsewhere there is nothing to do once the keys are gone. */
export function isCleaned({ action }: Pick<ScopeItem, 'action'>): boolean {
  return action === 'row-delete' || action === 'recompute';
}

/** The plan for every endpoint, in the order given. */
export function planScope(endpoints: readonly ScopeEndpoint[]): readonly ScopeItem[] {
  const found = foundIn(endpoints);
  return endpoints.map((endpoint) => {
    const item = itemOf(endpoint, found);
    const { recipients = [] } = endpoint;
    const holds = endpoint.columns.some(({ name }) => found.contents.get(columnKey(endpoint.id, name)) !== 'none');
    return holds && recipients.length > 0 ? { ...item, recipients: [...recipients] } : item;
  });
}

/** Endpoints that keep an erasure from going on. */
export function blockedBy(plan: readonly ScopeItem[]): readonly ScopeItem[] {
  return plan.filter(({ action }) => action === 'unknown');
}

function itemOf(endpoint: ScopeEndpoint, { contents, tokens, owners }: Found): ScopeItem {
  const of = (content: ColumnContent): readonly string[] =>
    endpoint.columns
      .filter(({ name }) => contents.get(columnKey(endpoint.id, name)) === content)
      .map(({ name }) => name);
  const item = (action: ScopeAction, reason: string): ScopeItem => ({ endpoint: endpoint.id, action, reason });
  const [unknown, personal] = [of('unknown'), of('personal')];
  if (endpoint.exempt !== undefined) return item('exempt', endpoint.exempt);
  if (unknown.length > 0) return item('unknown', `nobody knows where ${list(unknown)} comes from`);
  if (endpoint.external) return external(endpoint, contents, item);
  if (personal.length === 0) return item('covered', 'holds nothing that opens without the keys');
  const tokenColumns = endpoint.columns
    .map(({ name }) => name)
    .filter((name) => tokens.has(columnKey(endpoint.id, name)));
  const without = unfound(endpoint.id, personal, tokenColumns, owners);
  if (tokenColumns.length > 0 && without.length === 0) {
    return {
      ...item('row-delete', `${list(personal)} was opened; rows are found by ${list(tokenColumns)}`),
      tokenColumns,
    };
  }
  const why =
    tokenColumns.length === 0
      ? `${list(personal)} was opened, and no column holds the subject`
      : `${list(without)} was opened, and no column holds whose it is`;
  return endpoint.recomputable
    ? item('recompute', why)
    : item('unknown', `${why}, and what it is made of is kept shorter than it`);
}

/** The opened columns that hold something of somebody whose token stands in no column: by the tokens there are, their rows are not found. */
function unfound(
  endpoint: string,
  personal: readonly string[],
  tokens: readonly string[],
  owners: Owners,
): readonly string[] {
  const ownersAt = (column: string): ReadonlySet<string> => owners.get(columnKey(endpoint, column)) ?? new Set();
  const isFound = (owner: string): boolean =>
    tokens.some((token) => ownersAt(token).has(owner) && (owner === SUBJECT || ownersAt(token).size === 1));
  return personal.filter((column) => ![...ownersAt(column)].every(isFound));
}

function external(
  endpoint: ScopeEndpoint,
  contents: Contents,
  item: (action: ScopeAction, reason: string) => ScopeItem,
): ScopeItem {
  const held = endpoint.columns.filter(({ name }) => contents.get(columnKey(endpoint.id, name)) !== 'none');
  return held.length === 0
    ? item('covered', 'nothing about a person goes there')
    : item('external', `${list(held.map(({ name }) => name))} went to another keeper, who is told`);
}

function list(names: readonly string[]): string {
  return names.join(', ');
}
