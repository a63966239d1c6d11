/** A catalog in memory for tests of lineage: a few tables of plays, tracks and users, a view, and functions. */
import type { Catalog, CatalogRoutine, CatalogTable, Found, ObjectPath } from '#lib/googlesql/analysis/catalog.ts';
import { typeOfText } from '../type-of-text.ts';

const PROJECT = 'p';

/** Columns of the tables, as GoogleSQL writes their types. */
const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plays: {
    played_at: 'TIMESTAMP',
    user: 'STRING',
    track_id: 'STRING',
    ms: 'INT64',
    country: 'STRING',
    email: 'STRING',
    sealed: 'BYTES',
    device: 'STRUCT<id STRING, os STRUCT<name STRING, version STRING>>',
    tags: 'ARRAY<STRING>',
    items: 'ARRAY<STRUCT<sku STRING, price NUMERIC, qty INT64>>',
    payload: 'JSON',
  },
  tracks: { id: 'STRING', title: 'STRING', artist: 'STRING', genre: 'STRING', released: 'DATE' },
  users: { id: 'STRING', name: 'STRING', email: 'STRING', country: 'STRING' },
  routes: { src: 'STRING', dst: 'STRING', km: 'FLOAT64' },
  day_20260801: { n: 'INT64' },
  day_20260802: { n: 'INT64' },
};

const TOP_TRACKS = `
  SELECT t.title, COUNT(*) AS plays
  FROM music.plays AS p JOIN music.tracks AS t ON p.track_id = t.id
  WHERE p.country = 'SE'
  GROUP BY t.title`;

function path(name: string): ObjectPath {
  return { project: PROJECT, dataset: 'music', name };
}

function table(name: string, columns: Readonly<Record<string, string>>): CatalogTable {
  return {
    path: path(name),
    kind: 'table',
    columns: Object.entries(columns).map(([column, type]) => ({
      name: column,
      type: typeOfText(type),
      required: false,
      annotation: `${name}.${column}`,
    })),
    requirePartitionFilter: false,
  };
}

function routine(
  name: string,
  parameters: Readonly<Record<string, string>>,
  rest: Pick<CatalogRoutine, 'body' | 'effect' | 'returns'>,
): CatalogRoutine {
  const typed = Object.entries(parameters).map(([parameter, type]) => ({ name: parameter, type: typeOfText(type) }));
  return { path: path(name), kind: 'scalar', parameters: typed, ...rest };
}

const tables = [
  ...Object.entries(TABLES).map(([name, columns]) => table(name, columns)),
  { ...table('logs', { line: 'STRING' }), partitioning: { kind: 'ingestion', unit: 'DAY' } as const },
  { ...table('top_tracks', { title: 'STRING', plays: 'INT64' }), kind: 'view' as const, viewSql: TOP_TRACKS },
];

const routines = [
  routine('initial', { s: 'STRING' }, { body: 'UPPER(LEFT(s, 1))' }),
  routine('same', { s: 'STRING' }, { body: 's' }),
  routine(
    'reveal',
    { token: 'STRING', sealed: 'BYTES', field: 'STRING' },
    { body: 'SAFE_CONVERT_BYTES_TO_STRING(sealed)', returns: typeOfText('STRING'), effect: 'opens' },
  ),
  routine('age_band', { age: 'INT64' }, { body: 'DIV(age, 10) * 10', effect: 'masks' }),
];

/** The tables that queries of these tests can read. */
export const musicTables: readonly CatalogTable[] = tables;

/** Everything that queries of these tests can name. */
export const musicCatalog: Catalog = {
  findTable: ({ dataset, name }) =>
    found(dataset === 'music' ? tables.find((one) => one.path.name === name) : undefined),
  findRoutine: ({ dataset, name }) =>
    found(dataset === 'music' ? routines.find((one) => one.path.name === name) : undefined),
  listTables: (_project, _dataset, prefix) => tables.filter((one) => one.path.name.startsWith(prefix)),
};

/** Settings under which they are analysed. */
export const musicOptions = { project: PROJECT, parameters: { day: typeOfText('DATE') } };

function found<T>(value: T | undefined): Found<T> {
  return value === undefined ? { kind: 'noObject' } : { kind: 'found', value };
}
