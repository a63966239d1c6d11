/** Updates of a job that name the fields they change. */
import type { JobInput } from './job-spec.ts';
import { invalid } from './refusals.ts';

/** Fields that a mask may name, with those below them. Output-only ones may be named and are ignored. */
const FIELDS = new Set(['description', 'schedule', 'time_zone', 'retry_config', 'attempt_deadline']);
const TARGETS = ['http_target', 'pubsub_target', 'app_engine_http_target'];
const IGNORED = new Set(['name', 'state', 'status', 'user_update_time', 'schedule_time', 'last_attempt_time']);

/**
 * The stored job with the masked fields taken from `update`.
 * @param paths as in google.protobuf.FieldMask: `http_target.uri`
 * @throws ApiError INVALID_ARGUMENT for a path that is no field
 */
export function withMasked(stored: Record<string, unknown>, update: JobInput, paths: readonly string[]): JobInput {
  let merged = stored;
  for (const path of paths) {
    const names = path.split('.');
    const [head = ''] = names;
    if (IGNORED.has(head)) continue;
    if (!FIELDS.has(head) && !TARGETS.includes(head)) throw invalid(`Invalid mask for Job: ${path}`);
    // The targets are alternatives: setting one unsets the others.
    if (TARGETS.includes(head)) merged = without(merged, TARGETS.filter((target) => target !== head).map(camelCase));
    // The update was decoded by the descriptor of Job, so any field of it can be reached by name.
    merged = copied(merged, update as unknown as Record<string, unknown>, names.map(camelCase));
  }
  // Every field has the type it has in the stored job and the update, which are jobs.
  return merged as unknown as JobInput;
}

function copied(
  into: Record<string, unknown>,
  from: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
): Record<string, unknown> {
  if (rest.length === 0) return { ...into, [name]: from[name] };
  return { ...into, [name]: copied(asRecord(into[name]), asRecord(from[name]), rest) };
}

function without(record: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
