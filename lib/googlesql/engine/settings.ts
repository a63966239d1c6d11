/** How an engine is set up, and the limits it works under. */

/** What the worker is told at its start. */
export interface EngineSettings {
  /** The durable file; undefined for none. */
  readonly file: string | undefined;
  /** The project of names without one. */
  readonly projectId: string;
  readonly memoryLimitMb: number;
  /** What a statement may take that fails under `memoryLimitMb`; no more than that where it is smaller. */
  readonly mostMemoryMb: number;
  readonly threads: number;
  readonly spillFolder: string | undefined;
  readonly resultTtlMs: number;
}

/** Where everything is, as messages say unless the dataset says otherwise. */
export const DEFAULT_LOCATION = 'US';

/** Defaults of `WarehouseOptions`. */
export const defaultSettings = {
  memoryLimitMb: 128,
  threads: 2,
  resultTtlMs: 6 * 3600 * 1000,
} as const;
