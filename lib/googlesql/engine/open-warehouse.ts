/** Opens a warehouse: starts its worker and gives its operations the warehouse's face. */

import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defaultSettings, type EngineSettings } from './settings.ts';
import type { Outcome } from './outcome.ts';
import type { OpenWarehouse, Warehouse, WarehouseOptions } from './warehouse.ts';
import type { Answer, Arguments, OperationName } from './worker/operations.ts';
import { packRows } from './worker/packed-rows.ts';
import { engineWorker, WorkerLink } from './worker/worker-link.ts';

/** Opens the file, making it and its folder if need be. Rejects when the file is in use or not ours. */
export const openWarehouse: OpenWarehouse = async (options) => {
  const settings = settingsOf(options);
  if (settings.file !== undefined) await mkdir(dirname(settings.file), { recursive: true, mode: 0o700 });
  if (settings.spillFolder !== undefined) {
    // Whatever an earlier process has left there can no longer be decrypted.
    await rm(settings.spillFolder, { recursive: true, force: true });
    await mkdir(settings.spillFolder, { recursive: true, mode: 0o700 });
  }
  return warehouseOver(await WorkerLink.open(() => engineWorker(settings), options.callRemote), options);
};

function settingsOf({ storage, projectId, spillFolder, ...limits }: WarehouseOptions): EngineSettings {
  return {
    file: storage.kind === 'file' ? storage.path : undefined,
    projectId,
    spillFolder,
    memoryLimitMb: limits.memoryLimitMb ?? defaultSettings.memoryLimitMb,
    mostMemoryMb: limits.mostMemoryMb ?? limits.memoryLimitMb ?? defaultSettings.memoryLimitMb,
    threads: limits.threads ?? defaultSettings.threads,
    resultTtlMs: limits.resultTtlMs ?? defaultSettings.resultTtlMs,
  };
}

function warehouseOver(link: WorkerLink, { clock }: WarehouseOptions): Warehouse {
  const call = async <Name extends OperationName>(
    operation: Name,
    ...given: Arguments<Name>
  ): Promise<Outcome<Answer<Name>>> => link.call(operation, given, { nowMs: clock.nowMs() });
  return {
    datasets: {
      create: (spec) => call('createDataset', spec),
      get: (ref) => call('getDataset', ref),
      list: ({ projectId }) => call('listDatasets', projectId),
      replace: (spec, ifRevision) => call('replaceDataset', spec, ifRevision),
      delete: (ref, contents) => call('deleteDataset', ref, contents),
    },
    tables: {
      create: (spec) => call('createTable', spec),
      get: (ref) => call('getTable', ref),
      list: (ref) => call('listTables', ref),
      replace: (spec, ifRevision) => call('replaceTable', spec, ifRevision),
      delete: (ref) => call('deleteTable', ref),
      statistics: (ref) => call('tableStatistics', ref),
    },
    routines: {
      create: (spec) => call('createRoutine', spec),
      get: (ref) => call('getRoutine', ref),
      list: (ref) => call('listRoutines', ref),
      replace: (spec, ifRevision) => call('replaceRoutine', spec, ifRevision),
      delete: (ref) => call('deleteRoutine', ref),
    },
    run: (request) => call('run', request),
    cancel: async (queryId) => {
      const outcome = await call('cancel', queryId);
      return outcome.kind === 'ok' && outcome.value;
    },
    readRows: (source, options) => call('readRows', source, options),
    dropResult: async (resultId) => {
      await call('dropResult', resultId);
    },
    appendRows: (table, rows, options) => {
      const packed = packRows(rows);
      const transfer = [packed.bytes.buffer, packed.ends.buffer];
      return link.call('appendRows', [table, packed, options], { nowMs: clock.nowMs(), transfer });
    },
    copy: (request) => call('copy', request),
    close: () => link.close(),
  };
}
