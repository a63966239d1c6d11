// Owns what a run does: the query that it stages, and the contract that its staged rows are audited by.
import type { AuditedEndpoint } from '#shared/catalog/audit-query.ts';
import { orderedQuery } from '#shared/catalog/audit-query.ts';
import type { Endpoint } from '#shared/catalog/endpoint.ts';
import { closingCounts, closingQuery } from '#shared/pipelines/closing-query.ts';
import { codeDigestOf } from '#shared/pipelines/code-digest.ts';
import type { StagedQuery } from '#shared/pipelines/job-bodies.ts';
import type { Claim, PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Parts } from '../parts.ts';

/** The work of one run, the same however often it is asked for. */
export interface RunWork {
  readonly endpoint: Endpoint;
  readonly query: StagedQuery;
  readonly contract: AuditedEndpoint;
  readonly codeDigest: string;
  /** Whether a result without new rows leaves the published generation as it is. */
  readonly publishesOnlyNews: boolean;
}

/** The work of the run that holds a partition, by the catalog that it pinned. @throws PlatformError unknown_endpoint */
export async function workOf(
  parts: Pick<Parts, 'applied' | 'imports' | 'time'>,
  record: PartitionRecord & { readonly claim: Claim },
): Promise<RunWork> {
  const catalog = await parts.applied.bundle(record.claim.catalog);
  const endpoint = catalog.endpoints[record.endpoint];
  if (endpoint === undefined) throw new PlatformError('unknown_endpoint', { details: { endpoint: record.endpoint } });
  if (endpoint.kind === 'sql') {
    return {
      endpoint,
      query: { sql: orderedQuery(endpoint), maxBytesBilled: endpoint.maxBytesBilled },
      contract: endpoint,
      codeDigest: codeDigestOf(endpoint, undefined),
      publishesOnlyNews: false,
    };
  }
  const eventType = catalog.eventTypes[endpoint.eventType];
  if (eventType === undefined) throw new PlatformError('unknown_endpoint', { details: { endpoint: record.endpoint } });
  const sinceMs = parts.imports.openedSince(record, parts.time.now());
  const form = { again: record.generation > 0, imports: sinceMs !== undefined };
  return {
    endpoint,
    query: {
      sql: closingQuery(eventType, endpoint, form),
      timestamps: sinceMs === undefined ? undefined : { imports_since: sinceMs },
    },
    contract: { ...endpoint, checks: closingCounts(endpoint, form) },
    codeDigest: codeDigestOf(endpoint, eventType),
    publishesOnlyNews: form.again,
  };
}
