/** What reading and appending rows needs. */
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { CloudClock } from '../../primitives/clock.ts';
import type { AnonymousTables } from '../jobs/anonymous-tables.ts';

export interface TableDataParts {
  readonly warehouse: Warehouse;
  readonly anonymous: AnonymousTables;
  readonly clock: CloudClock;
}
