/** Names of tables: completing them, and finding what they name. */

import type { PathName } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { CatalogTable, ObjectPath } from './catalog.ts';
import type { Analysis } from './context.ts';

/** The full name: project and dataset added where they are missing. `INFORMATION_SCHEMA.X` counts as one name. */
export function tablePath(path: PathName, analysis: Analysis): ObjectPath {
  const at = path[0]?.at ?? 0;
  const parts = path.flatMap((part) => part.name.split('.'));
  const information = parts.findIndex((part) => part.toUpperCase() === 'INFORMATION_SCHEMA');
  const names =
    information < 0 ? parts : [...parts.slice(0, information), parts.slice(information).join('.').toUpperCase()];
  if (names.some((name) => name === '')) throw new SqlError(`Invalid table name: ${parts.join('.')}`, at);
  const name = names.at(-1) ?? '';
  const { options } = analysis;
  if (names.length === 1) {
    if (information >= 0) return { project: options.project, dataset: options.defaultDataset?.dataset ?? '', name };
    return unqualified(name, analysis, at);
  }
  const dataset = names.at(-2) ?? '';
  if (information >= 0 && /^region-/i.test(dataset)) return { project: options.project, dataset: '', name };
  return { project: names.length > 2 ? names.slice(0, -2).join('.') : options.project, dataset, name };
}

/** A temporary table hides one of the default dataset. */
function unqualified(name: string, { catalog, options }: Analysis, at: number): ObjectPath {
  const temporary = { project: '', dataset: '', name };
  if (catalog.findTable(temporary).kind === 'found') return temporary;
  if (options.defaultDataset !== undefined) return { ...options.defaultDataset, name };
  throw new SqlError(`Table "${name}" must be qualified with a dataset (e.g. dataset.table)`, at);
}

/** The table of a name, a partition decorator taken off. */
export function findTable(
  path: ObjectPath,
  analysis: Analysis,
  at: number,
): { readonly table: CatalogTable; readonly partition?: string } {
  const decorator = path.name.indexOf('$');
  const bare = decorator < 0 ? path : { ...path, name: path.name.slice(0, decorator) };
  const found = analysis.catalog.findTable(bare);
  if (found.kind === 'found') {
    return decorator < 0 ? { table: found.value } : { table: found.value, partition: path.name.slice(decorator + 1) };
  }
  throw notFound(bare, found.kind, analysis, at);
}

/** BigQuery's words for what is not there. */
function notFound(path: ObjectPath, missing: 'noDataset' | 'noObject', analysis: Analysis, at: number): SqlError {
  const what =
    missing === 'noDataset'
      ? `Dataset ${path.project}:${path.dataset}`
      : `Table ${path.project}:${path.dataset}.${path.name}`;
  return new SqlError(`Not found: ${what} was not found in location ${analysis.options.location}`, at, 'notFound');
}
