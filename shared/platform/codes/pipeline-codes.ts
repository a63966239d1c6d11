// Owns the codes of endpoints, partitions and runs.
import { caller, system, transient } from './entry.ts';

/** Codes of endpoints, partitions and runs. */
export const PIPELINE_CODES = {
  unknown_endpoint: caller('No endpoint has this id.', 'List them with `trib status` or GET /v1/endpoints.', {
    status: 404,
  }),
  unknown_partition: caller('The endpoint has no such partition.', 'List them with `trib partitions ENDPOINT`.', {
    status: 404,
  }),
  invalid_partition_key: caller(
    'The partition key is not of the grain of the endpoint.',
    'Write it as 2026-08-01T13, 2026-08-01, 2026-W31, 2026-08 or all.',
  ),
  run_in_progress: caller('The partition is being built already.', 'Wait for that run, or look at its state.', {
    status: 409,
  }),
  inputs_missing: transient('An input of the partition is not published yet.', 'Wait for it, or run it first.', {
    exit: 20,
  }),
  pool_full: transient('Every slot of the pool is taken.', 'Wait, or give the pool more slots.', { exit: 20 }),
  stale_generation: transient(
    'The partition got a newer generation in the meantime.',
    'The run starts again by itself.',
  ),
  query_failed: system('The query of the pipeline failed.', 'Correct the query; the detail says where.', { exit: 50 }),
  outside_partition: system(
    'The query gave rows outside the partition that it builds.',
    'Filter by @partition_start and @partition_end.',
    { exit: 50 },
  ),
  check_failed: system('A check of the staged partition failed.', 'Correct the query, its input or the check.', {
    exit: 50,
  }),
  revealed_before_shred: system(
    'The run opened values of a user who was erased since, so it may not commit.',
    'The run starts again by itself, without them.',
  ),
  books_gap: system(
    'The books of a partition do not balance: events are missing between collect and the endpoint.',
    'Look at platform.reconciliations for what is missing, and at the dead letters.',
  ),
  heartbeat_lost: system(
    'The heartbeat of a minute was refused, or did not land within five minutes.',
    'Look at platform.heartbeats, at the log of collect, and at the landing subscriptions.',
  ),
  closing_incomplete: system(
    'The deadline passed before every acknowledged event had landed.',
    'Look at the dead letters and the subscription of the event type.',
  ),
} as const;
