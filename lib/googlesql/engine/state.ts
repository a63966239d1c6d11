/** What every operation inside the worker works with. */

import type { CallRemote } from './remote/remote-call.ts';
import type { RemoteDesk } from './remote/remote-desk.ts';
import type { EngineSettings } from './settings.ts';
import type { Checkpoints } from './storage/checkpoints.ts';
import type { Database } from './storage/database.ts';
import type { DefinitionStore } from './storage/definition-store.ts';
import type { Locks } from './storage/locks.ts';
import type { MemoryRoom } from './storage/memory-room.ts';
import type { ResultStore } from './storage/result-store.ts';
import type { TableSizes } from './storage/table-sizes.ts';
import type { RetiredTables } from './storage/retired-tables.ts';

export interface EngineState {
  readonly settings: EngineSettings;
  readonly database: Database;
  readonly definitions: DefinitionStore;
  readonly results: ResultStore;
  /** By `tableKey` and `datasetKey`. */
  readonly locks: Locks;
  readonly retired: RetiredTables;
  readonly checkpoints: Checkpoints;
  readonly memory: MemoryRoom;
  readonly sizes: TableSizes;
  readonly remote: RemoteDesk;
  readonly callRemote: CallRemote;
  /** When the rows of a physical table last changed, Unix milliseconds. */
  readonly rowChanges: Map<number, number>;
}
