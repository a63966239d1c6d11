// Owns the facts that pipelines tell: what happened, under an id that follows from it, so that telling twice changes nothing.
import type { FactKind } from '../catalog/operator/facts.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import type { EndpointId } from '../platform/ids.ts';
import { formatTimestamp } from '../platform/timestamp.ts';
import type { AuditCounts } from '../pipelines/audit-verdict.ts';
import type { RunName } from '../pipelines/job-names.ts';
import type { PartitionKey } from '../pipelines/partition-key.ts';
import type { Commit, InputPin, PartitionRecord } from '../pipelines/partition-record.ts';
import type { RunRecord } from './run-record.ts';

/** Something that happened. */
export interface Fact {
  readonly id: string;
  readonly kind: FactKind;
  readonly atMs: number;
  readonly endpoint?: EndpointId | undefined;
  readonly key?: PartitionKey | undefined;
  readonly generation?: number | undefined;
  readonly run?: string | undefined;
  /** Never anything of a person. */
  readonly body: { readonly [name: string]: JsonValue | undefined };
}

/**
 * A fact as the message that lands in `platform.facts`. A JSON column takes its value as text:
 * https://cloud.google.com/pubsub/docs/bigquery#properties_subscription
 */
export function encodeFact({ id, kind, atMs, endpoint, key, generation, run, body }: Fact): Buffer {
  const row = {
    fact_id: id,
    kind,
    at: formatTimestamp(atMs),
    endpoint,
    partition_key: key,
    generation,
    run,
    body: JSON.stringify(body),
  };
  return Buffer.from(JSON.stringify(row));
}

/** A generation of a partition is published, and what it was made of. */
export function publishedFacts(
  { endpoint, key, claim }: PartitionRecord,
  { generation, rows, late, future, codeDigest }: Commit,
  atMs: number,
): readonly Fact[] {
  const about = { endpoint, key, generation, run: claim?.run, atMs };
  const inputs: readonly InputPin[] = claim?.inputs ?? [];
  const published: Fact = {
    ...about,
    id: `partition.published/${endpoint}/${key}/${generation}`,
    kind: 'partition.published',
    body: {
      rows,
      late,
      future,
      reason: claim?.reason,
      claimedAt: claim?.claimedAt,
      codeDigest,
      ...(claim?.incomplete === undefined ? {} : { incomplete: true, missing: claim.incomplete }),
    },
  };
  const lineage: Fact = {
    ...about,
    id: `lineage.edge/${endpoint}/${key}/${generation}`,
    kind: 'lineage.edge',
    body: { inputs: inputs.map((input) => ({ ...input })) },
  };
  return inputs.length === 0 ? [published] : [published, lineage];
}

/** A run has ended. */
export function runEndedFact(name: RunName, record: RunRecord, atMs: number): Fact {
  const { reason, outcome, startedAt, rows, code, message } = record;
  return {
    id: `run.ended/${name.endpoint}/${name.key}/${name.run}`,
    kind: 'run.ended',
    atMs,
    endpoint: name.endpoint,
    key: name.key,
    generation: record.generation,
    run: name.run,
    body: { outcome, reason, startedAt, rows, code, message },
  };
}

/** The audit of a staged partition has counted. */
export function auditFact({ endpoint, key, run }: RunName, counts: AuditCounts, atMs: number): Fact {
  const { rows, outside, checks } = counts;
  const body = { rows, outside, checks: checks.map((check) => ({ ...check })) };
  return { id: `audit.counted/${endpoint}/${key}/${run}`, kind: 'audit.counted', atMs, endpoint, key, run, body };
}
