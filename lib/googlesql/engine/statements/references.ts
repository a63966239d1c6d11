/** What a statement refers to, as REST names it. */

import type { Analysis } from '../../analysis/context.ts';
import { refOf } from '../catalog/catalog-table.ts';
import type { RoutineRef, TableRef } from '../definitions.ts';

export interface References {
  readonly referencedTables: readonly TableRef[];
  readonly referencedRoutines: readonly RoutineRef[];
}

/** Base tables (temporary ones and INFORMATION_SCHEMA left out) and functions, each once. */
export function referencesOf({ tables, routines }: Pick<Analysis, 'tables' | 'routines'>): References {
  return {
    referencedTables: [...tables.values()]
      .filter(({ kind, path }) => kind === 'table' && path.dataset !== '' && !isInformation(path.name))
      .map(({ path }) => refOf(path)),
    referencedRoutines: [...routines.values()]
      .filter(({ path }) => path.dataset !== '')
      .map(({ path }) => ({ projectId: path.project, datasetId: path.dataset, routineId: path.name })),
  };
}

function isInformation(name: string): boolean {
  return name.startsWith('INFORMATION_SCHEMA.');
}
