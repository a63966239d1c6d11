// Owns what the parts of metadata share: the state in the bucket, the services it asks, and the platform's time.
import type { Executions } from '#shared/gcp/executions.ts';
import type { Jobs } from '#shared/gcp/jobs.ts';
import type { Place } from '#shared/platform/base/resources.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import type { CompletePartitions } from './closing/completeness.ts';
import type { Alarm } from './driving/alarm.ts';
import type { Facts } from './facts.ts';
import type { PlatformTime } from './platform-time.ts';
import type { AppliedCatalog } from './state/applied-catalog.ts';
import type { Closers } from './state/closers.ts';
import type { Imports } from './state/imports.ts';
import type { Partitions } from './state/partitions.ts';
import type { Slots } from './state/slots.ts';

export interface Parts {
  readonly place: Place;
  readonly store: ObjectStore;
  readonly applied: AppliedCatalog;
  readonly partitions: Partitions;
  readonly slots: Slots;
  readonly closers: Closers;
  readonly imports: Imports;
  readonly complete: CompletePartitions;
  readonly facts: Facts;
  readonly executions: Executions;
  readonly jobs: Jobs;
  readonly time: PlatformTime;
  /** Rings when the next thing falls due, for as long as the instance lives; the tick comes anyway. */
  readonly alarm: Alarm;
  readonly log: Log;
  /** A new id for a run or a closer: letters and digits, sorting by time. */
  readonly newId: () => string;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Calls collect as one of the platform's own functions. */
  readonly callCollect: CallCollect;
}

export type CallCollect = (path: string, body: object) => Promise<{ readonly status: number; readonly json: unknown }>;
