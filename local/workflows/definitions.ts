/** google.cloud.workflows.v1.Workflows: deploying workflows. */
import { isDeepStrictEqual } from 'node:util';
import { type GrpcMethod, unary } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import { ApiError } from '../primitives/errors.ts';
import { pageSize, pageStart, toPage } from '../primitives/pages.ts';
import type { Store } from '../primitives/store.ts';
import { checkedSpec, toInput, withMasked, type WorkflowInput } from './definition-input.ts';
import {
  findWorkflow,
  insertRevision,
  insertWorkflow,
  latestRevision,
  requireRevision,
  requireWorkflow,
  specOf,
  toWorkflow,
  updateWorkflow,
} from './definition-store.ts';
import { REVISION_PAGE, WORKFLOW_PAGE } from './limits.ts';
import { parseName, workflowName } from './names.ts';
import { errorOutcome, type OperationOutcome, type Operations } from './operations.ts';
import { alreadyExists, invalid, unserved } from './refusals.ts';
import type { RevisionRow, WorkflowRow } from './tables.ts';

interface Parts {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly operations: Operations;
  /** Ends the executions of a workflow that is being deleted. */
  readonly cancelAll: (workflow: string) => Promise<void>;
}

interface CreateRequest {
  readonly parent: string;
  readonly workflow?: WorkflowInput | null;
  readonly workflowId: string;
}

interface UpdateRequest {
  readonly workflow?: WorkflowInput | null;
  readonly updateMask?: { readonly paths: readonly string[] } | null;
}

interface ListRequest {
  readonly parent: string;
  readonly pageSize: number;
  readonly pageToken: string;
  readonly filter: string;
  readonly orderBy: string;
}

interface RevisionsRequest {
  readonly name: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

export function definitionMethods(parts: Parts): Record<string, GrpcMethod> {
  const { store, operations } = parts;
  return {
    CreateWorkflow: unary((request: CreateRequest) => {
      const name = workflowName(request.parent, request.workflowId);
      const outcome = attempt(() => create(parts, name, request));
      return operations.record('create', name, outcome);
    }),

    UpdateWorkflow: unary((request: UpdateRequest) => {
      const input = request.workflow;
      const name = input?.name ?? '';
      parseName('workflow', name);
      requireWorkflow(store, name);
      const outcome = attempt(() => update(parts, name, request));
      return operations.record('update', name, outcome);
    }),

    DeleteWorkflow: unary(async ({ name }: { readonly name: string }) => {
      parseName('workflow', name);
      requireWorkflow(store, name);
      await parts.cancelAll(name);
      store.run('DELETE FROM workflows WHERE name = ?', name);
      return operations.record('delete', name, { kind: 'response', type: 'google.protobuf.Empty', message: {} });
    }),

    GetWorkflow: unary((request: { readonly name: string; readonly revisionId: string }) => {
      parseName('workflow', request.name);
      const workflow = requireWorkflow(store, request.name);
      const { name } = workflow;
      const wanted = request.revisionId ?? '';
      return toWorkflow(workflow, wanted === '' ? latestRevision(store, name) : requireRevision(store, name, wanted));
    }),

    ListWorkflows: unary((request: ListRequest) => listWorkflows(store, request)),
    ListWorkflowRevisions: unary((request: RevisionsRequest) => listRevisions(store, request)),
  };
}

/** What is wrong with a workflow is how its operation ends, not an error of the call. */
function attempt(work: () => object): OperationOutcome {
  try {
    return { kind: 'response', type: 'google.cloud.workflows.v1.Workflow', message: work() };
  } catch (error) {
    if (error instanceof ApiError) return errorOutcome(error);
    throw error;
  }
}

function create({ store, clock }: Parts, name: string, request: CreateRequest): object {
  const { project } = parseName('location', request.parent);
  const spec = checkedSpec(request.workflow ?? {}, project);
  return store.transaction(() => {
    if (findWorkflow(store, name) !== undefined) throw alreadyExists(name);
    insertWorkflow(store, { name, parent: request.parent, nowMs: clock.now() }, spec);
    return toWorkflow(requireWorkflow(store, name), latestRevision(store, name));
  });
}

function update({ store, clock }: Parts, name: string, request: UpdateRequest): object {
  return store.transaction(() => {
    const workflow = requireWorkflow(store, name);
    const revision = latestRevision(store, name);
    const before = specOf(workflow, revision);
    const merged = withMasked(toInput(before), request.workflow ?? {}, request.updateMask?.paths ?? []);
    const spec = checkedSpec(merged, parseName('workflow', name).project);
    const nowMs = clock.now();
    updateWorkflow(store, { name, nowMs }, spec);
    if (!isDeepStrictEqual(spec.revision, before.revision)) {
      insertRevision(store, { workflow: name, ordinal: revision.ordinal + 1, nowMs }, spec.revision);
    }
    return toWorkflow(requireWorkflow(store, name), latestRevision(store, name));
  });
}

function listWorkflows(store: Store, request: ListRequest): object {
  parseName('location', request.parent);
  if (request.filter) throw unserved('filters in lists of workflows');
  if (request.orderBy) throw unserved('order_by in lists of workflows');
  const size = pageSize(request.pageSize, WORKFLOW_PAGE);
  const rows = store.all<WorkflowRow>(
    'SELECT * FROM workflows WHERE parent = ? AND name > ? ORDER BY name LIMIT ?',
    request.parent,
    pageStart(request.pageToken),
    size + 1,
  );
  const page = toPage(rows, size, (row) => row.name);
  const workflows = page.items.map((row) => toWorkflow(row, latestRevision(store, row.name)));
  return { workflows, nextPageToken: page.nextPageToken, unreachable: [] };
}

function listRevisions(store: Store, request: RevisionsRequest): object {
  parseName('workflow', request.name);
  const workflow = requireWorkflow(store, request.name);
  const size = pageSize(request.pageSize, REVISION_PAGE);
  const start = pageStart(request.pageToken);
  const before = start === '' ? Number.MAX_SAFE_INTEGER : Number(start);
  if (!Number.isInteger(before)) throw invalid('Invalid page token.');
  const rows = store.all<RevisionRow>(
    'SELECT * FROM revisions WHERE workflow = ? AND ordinal < ? ORDER BY ordinal DESC LIMIT ?',
    workflow.name,
    before,
    size + 1,
  );
  const page = toPage(rows, size, (row) => String(row.ordinal));
  return { workflows: page.items.map((row) => toWorkflow(workflow, row)), nextPageToken: page.nextPageToken };
}
