/** What a DDL statement did. */

import type { ObjectPath } from '../../analysis/catalog.ts';
import { refOf } from '../catalog/catalog-table.ts';
import type { DatasetRef, RoutineRef } from '../definitions.ts';
import type { DdlOperation, StatementResult } from '../requests.ts';

export interface DefinitionOutcome {
  readonly ddl: NonNullable<StatementResult['ddl']>;
  /** Of CREATE TABLE AS SELECT and views: the columns. */
  readonly schema?: StatementResult['schema'];
}

export function datasetOutcome(operation: DdlOperation, dataset: DatasetRef): DefinitionOutcome {
  return { ddl: { operation, dataset } };
}

export function tableOutcome(operation: DdlOperation, path: ObjectPath): DefinitionOutcome {
  return { ddl: { operation, table: refOf(path) } };
}

export function routineOutcome(operation: DdlOperation, routine: RoutineRef): DefinitionOutcome {
  return { ddl: { operation, routine } };
}
