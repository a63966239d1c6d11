// Owns what every column of every table holds of a person, and whose it is, through any number of endpoints.

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
  | {
      readonly name: string;
      readonly content: ColumnContent;
      /** Whose token it is, or for whom it was sealed, where that is another person than the subject: a name for that part of the events. */
      readonly whose?: string;
    }
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

export type Contents = ReadonlyMap<string, ColumnContent>;

/** Whose token a column holds, or of whom it holds a value: of subjects, or of other persons by their part of the events. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

/** Subjects of all events alike: what is joined by their token is of one person. */
export const SUBJECT = 'subject';

/** For each endpoint the columns that hold the subject token unchanged: by them everything of a person is found. */
export function tokenColumns(endpoints: readonly ScopeEndpoint[]): ReadonlyMap<string, readonly string[]> {
  const tokens = tokenColumnsOf(endpoints);
  return new Map(
    endpoints.map(({ id, columns }) => [
      id,
      columns.map(({ name }) => name).filter((name) => tokens.has(columnKey(id, name))),
    ]),
  );
}

/** A column of readable values, and the columns of which one holds the token of whom each value is. */
export interface OwnedColumn {
  readonly column: string;
  readonly tokens: readonly string[];
}

/** For each endpoint its columns of opened values with whose they are: a row about two people holds something of both. */
export function ownedColumns(endpoints: readonly ScopeEndpoint[]): ReadonlyMap<string, readonly OwnedColumn[]> {
  const { contents, tokens, owners } = foundIn(endpoints);
  return new Map(
    endpoints.map(({ id, columns }) => {
      const names = columns.map(({ name }) => name);
      const ownersAt = (name: string): ReadonlySet<string> => owners.get(columnKey(id, name)) ?? new Set();
      const tokenNames = names.filter((name) => tokens.has(columnKey(id, name)));
      const personal = names.filter((name) => contents.get(columnKey(id, name)) === 'personal');
      const owned = personal.map((column) => ({
        column,
        tokens: tokenNames.filter((name) => [...ownersAt(name)].some((owner) => ownersAt(column).has(owner))),
      }));
      return [id, owned];
    }),
  );
}

/** What is known of all columns. */
export interface Found {
  readonly contents: Contents;
  readonly tokens: ReadonlySet<string>;
  readonly owners: Owners;
}

/** Looks through all of them. */
export function foundIn(endpoints: readonly ScopeEndpoint[]): Found {
  const contents = contentsOf(endpoints);
  return { contents, tokens: tokenColumnsOf(endpoints), owners: ownersOf(endpoints, contents) };
}

/**
 * What every column holds, through any number of endpoints. Contents only ever grow from `none` upwards, so going round until
 * nothing changes ends, also where an endpoint reads its own former partition.
 */
function contentsOf(endpoints: readonly ScopeEndpoint[]): Contents {
  const contents = new Map<string, ColumnContent>();
  const columns = endpoints.flatMap(({ id, columns: each, anonymous = false }) =>
    each.map((column) => ({ at: columnKey(id, column.name), column, anonymous })),
  );
  for (const { at, column } of columns) contents.set(at, 'content' in column ? column.content : 'none');
  for (let changed = true; changed;) {
    changed = false;
    for (const { at, column, anonymous } of columns) {
      if ('content' in column) continue;
      const held = column.from.map((source) =>
        flowing(contents.get(columnKey(source.endpoint, source.column)), source.flow, anonymous),
      );
      const content = worst(held);
      if (content !== contents.get(at)) changed = true;
      contents.set(at, content);
    }
  }
  return contents;
}

/** Whose every column is, through any number of endpoints; of derived columns those whose values arrive in it. */
function ownersOf(endpoints: readonly ScopeEndpoint[], contents: Contents): Owners {
  const owners = new Map<string, Set<string>>();
  const at = (name: string): Set<string> => {
    const own = owners.get(name) ?? new Set();
    owners.set(name, own);
    return own;
  };
  for (let grown = true; grown;) {
    grown = false;
    for (const { id, columns, anonymous = false } of endpoints) {
      for (const column of columns) {
        const own = at(columnKey(id, column.name));
        const before = own.size;
        for (const owner of arriving(column, contents, anonymous, at)) own.add(owner);
        grown ||= own.size > before;
      }
    }
  }
  return owners;
}

function arriving(
  column: ScopeColumn,
  contents: Contents,
  anonymous: boolean,
  ownersAt: (name: string) => ReadonlySet<string>,
): readonly string[] {
  if ('content' in column) return column.content === 'none' ? [] : [column.whose ?? SUBJECT];
  return column.from.flatMap(({ endpoint, column: name, flow }) => {
    const source = columnKey(endpoint, name);
    const content = flowing(contents.get(source), flow, anonymous);
    // To open a value its token is needed, and does not show in what comes out.
    const shows = content !== 'none' && (flow !== 'opened' || content !== 'token');
    return shows ? [...ownersAt(source)] : [];
  });
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
        const at = columnKey(id, column.name);
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
    values.every(({ endpoint, column: name, flow }) => flow === 'identity' && tokens.has(columnKey(endpoint, name)))
  );
}

/** The name of a column among those of all tables. */
export function columnKey(endpoint: string, column: string): string {
  return `${endpoint}|${column}`;
}
