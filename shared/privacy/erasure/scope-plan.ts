// Owns what an erasure does to each endpoint, computed from where its columns come from; what is not known blocks the erasure.

/**
 * What a column holds of a person, from nothing to the unknown. `token` and `sealed` mean nothing any more once the keys are
 * shredded; `personal` is readable and has to go.
 */
export const COLUMN_CONTENTS = ['none', 'token', 'sealed', 'personal', 'unknown'] as const;
export type ColumnContent = (typeof COLUMN_CONTENTS)[number];

/**
 * How a column's value comes from another's, as lineage tells it. `opened`: by a reveal or an AEAD function, the only ways out of
 * `sealed`.
 */
export type SourceFlow =
  | 'identity'
  | 'transformed'
  | 'aggregated'
  | 'combined'
  | 'counted'
  | 'masked'
  | 'influence'
  | 'opened';

/** One column that another is made from. */
export interface ScopeSource {
  readonly endpoint: string;
  readonly column: string;
  readonly flow: SourceFlow;
}

/** A column of an endpoint: declared content where data enters the platform, sources where it is derived. */
export type ScopeColumn =
  | { readonly name: string; readonly content: ColumnContent }
  | { readonly name: string; readonly from: readonly ScopeSource[] };

/** What planning needs to know of an endpoint; the catalog provides it. */
export interface ScopeEndpoint {
  readonly id: string;
  readonly columns: readonly ScopeColumn[];
  /** Whether running its pipeline again over the same inputs replaces every partition: they are kept as long as it is. */
  readonly recomputable: boolean;
  /** Whether each row is promised to stand for many people: then sums and averages in it show nobody. */
  readonly anonymous?: boolean;
  /** Whether the table is kept by somebody else, whom the erasure has to be told. */
  readonly external: boolean;
  /** Why the law lets it be kept (Art. 17(3) GDPR), as declared. */
  readonly exempt?: string;
  /** Who outside gets its rows, as declared. */
  readonly recipients?: readonly string[];
}

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

type Contents = ReadonlyMap<string, ColumnContent>;

/** The plan for every endpoint, in the order given. */
export function planScope(endpoints: readonly ScopeEndpoint[]): readonly ScopeItem[] {
  const contents = contentsOf(endpoints);
  const tokens = tokenColumnsOf(endpoints);
  return endpoints.map((endpoint) => {
    const item = itemOf(endpoint, contents, tokens);
    const { recipients = [] } = endpoint;
    const holds = endpoint.columns.some(({ name }) => contents.get(key(endpoint.id, name)) !== 'none');
    return holds && recipients.length > 0 ? { ...item, recipients: [...recipients] } : item;
  });
}

/** For each endpoint the columns that hold the subject token unchanged: by them everything of a person is found. */
export function tokenColumns(endpoints: readonly ScopeEndpoint[]): ReadonlyMap<string, readonly string[]> {
  const tokens = tokenColumnsOf(endpoints);
  return new Map(
    endpoints.map(({ id, columns }) => [
      id,
      columns.map(({ name }) => name).filter((name) => tokens.has(key(id, name))),
    ]),
  );
}

/** Endpoints that keep an erasure from going on. */
export function blockedBy(plan: readonly ScopeItem[]): readonly ScopeItem[] {
  return plan.filter(({ action }) => action === 'unknown');
}

function itemOf(endpoint: ScopeEndpoint, contents: Contents, tokens: ReadonlySet<string>): ScopeItem {
  const of = (content: ColumnContent): readonly string[] =>
    endpoint.columns.filter(({ name }) => contents.get(key(endpoint.id, name)) === content).map(({ name }) => name);
  const item = (action: ScopeAction, reason: string): ScopeItem => ({ endpoint: endpoint.id, action, reason });
  const [unknown, personal] = [of('unknown'), of('personal')];
  if (endpoint.exempt !== undefined) return item('exempt', endpoint.exempt);
  if (unknown.length > 0) return item('unknown', `nobody knows where ${list(unknown)} comes from`);
  if (endpoint.external) return external(endpoint, contents, item);
  if (personal.length === 0) return item('covered', 'holds nothing that opens without the keys');
  const tokenColumns = endpoint.columns.map(({ name }) => name).filter((name) => tokens.has(key(endpoint.id, name)));
  if (tokenColumns.length > 0) {
    return {
      ...item('row-delete', `${list(personal)} was opened; rows are found by ${list(tokenColumns)}`),
      tokenColumns,
    };
  }
  if (endpoint.recomputable) return item('recompute', `${list(personal)} was opened, and no column holds the subject`);
  return item(
    'unknown',
    `${list(personal)} was opened, no column holds the subject, and what it is made of is kept shorter than it`,
  );
}

function external(
  endpoint: ScopeEndpoint,
  contents: Contents,
  item: (action: ScopeAction, reason: string) => ScopeItem,
): ScopeItem {
  const held = endpoint.columns.filter(({ name }) => contents.get(key(endpoint.id, name)) !== 'none');
  return held.length === 0
    ? item('covered', 'nothing about a person goes there')
    : item('external', `${list(held.map(({ name }) => name))} went to another keeper, who is told`);
}

/**
 * What every column holds, through any number of endpoints. Contents only ever grow from `none` upwards, so going round until
 * nothing changes ends, also where an endpoint reads its own former partition.
 */
function contentsOf(endpoints: readonly ScopeEndpoint[]): Contents {
  const contents = new Map<string, ColumnContent>();
  const columns = endpoints.flatMap(({ id, columns: each, anonymous = false }) =>
    each.map((column) => ({ at: key(id, column.name), column, anonymous })),
  );
  for (const { at, column } of columns) contents.set(at, 'content' in column ? column.content : 'none');
  for (let changed = true; changed;) {
    changed = false;
    for (const { at, column, anonymous } of columns) {
      if ('content' in column) continue;
      const held = column.from.map((source) =>
        flowing(contents.get(key(source.endpoint, source.column)), source.flow, anonymous),
      );
      const content = worst(held);
      if (content !== contents.get(at)) changed = true;
      contents.set(at, content);
    }
  }
  return contents;
}

/** What of a source arrives. A source that no endpoint declares is unknown whatever happens to it on the way. */
function flowing(source: ColumnContent | undefined, flow: SourceFlow, anonymous: boolean): ColumnContent {
  if (source === undefined || source === 'unknown') return 'unknown';
  switch (flow) {
    // It decides which rows there are and is not in them; it is declared to leave nothing of a person; it shows none of the values.
    case 'influence':
    case 'masked':
    case 'counted':
      return 'none';
    case 'combined':
      return anonymous ? 'none' : source;
    case 'opened':
      return source === 'none' || source === 'token' ? source : 'personal';
    case 'identity':
    case 'transformed':
    case 'aggregated':
      return source;
  }
}

function worst(contents: readonly ColumnContent[]): ColumnContent {
  return contents.reduce<ColumnContent>(
    (most, each) => (COLUMN_CONTENTS.indexOf(each) > COLUMN_CONTENTS.indexOf(most) ? each : most),
    'none',
  );
}

/** Columns that hold a token exactly as it was stored first, so that comparing with it finds every row. */
function tokenColumnsOf(endpoints: readonly ScopeEndpoint[]): ReadonlySet<string> {
  const tokens = new Set<string>();
  for (let grown = true; grown;) {
    grown = false;
    for (const { id, columns } of endpoints) {
      for (const column of columns) {
        const at = key(id, column.name);
        if (tokens.has(at) || !isToken(column, tokens)) continue;
        tokens.add(at);
        grown = true;
      }
    }
  }
  return tokens;
}

function isToken(column: ScopeColumn, tokens: ReadonlySet<string>): boolean {
  if ('content' in column) return column.content === 'token';
  const values = column.from.filter(({ flow }) => flow !== 'influence');
  return (
    values.length > 0 &&
    values.every(({ endpoint, column: name, flow }) => flow === 'identity' && tokens.has(key(endpoint, name)))
  );
}

function key(endpoint: string, column: string): string {
  return `${endpoint}|${column}`;
}

function list(names: readonly string[]): string {
  return names.join(', ');
}
