/** google.cloud.workflows.executions.v1.Executions: running workflows. */
import { randomUUID } from 'node:crypto';
import { type GrpcMethod, unary } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import { ApiError } from '../primitives/errors.ts';
import { pageSize, pageStart, toPage } from '../primitives/pages.ts';
import type { Store } from '../primitives/store.ts';
import { checkLabels } from './definition-input.ts';
import { latestRevision, requireWorkflow, strings } from './definition-store.ts';
import { parseFilter, parseOrder } from './execution-filter.ts';
import {
  findExecution,
  insertExecution,
  requireExecution,
  toExecution,
  type ExecutionView,
} from './execution-store.ts';
import { LIMITS } from './language/limits.ts';
import { decodeJson } from './language/values/json.ts';
import { EXECUTION_PAGE, MAX_QUEUED_EXECUTIONS } from './limits.ts';
import { parseName } from './names.ts';
import { invalid } from './refusals.ts';
import type { Runner } from './runner.ts';
import type { ExecutionRow } from './tables.ts';

interface Parts {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly runner: Runner;
}

interface CreateRequest {
  readonly parent: string;
  readonly execution?: {
    readonly argument?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly callLogLevel?: string;
  } | null;
}

interface ListRequest {
  readonly parent: string;
  readonly pageSize: number;
  readonly pageToken: string;
  readonly view: string;
  readonly filter: string;
  readonly orderBy: string;
}

export function executionMethods(parts: Parts): Record<string, GrpcMethod> {
  const { store, runner } = parts;
  const show = (row: ExecutionRow, view: ExecutionView): object =>
    toExecution(store, row, { view, steps: runner.currentSteps(row.sequence) });
  return {
    CreateExecution: unary(async (request: CreateRequest) => {
      const row = await store.together(() => create(parts, request));
      runner.begin(row);
      return show(row, 'FULL');
    }),

    GetExecution: unary((request: { readonly name: string; readonly view: string }) => {
      parseName('execution', request.name);
      return show(requireExecution(store, request.name), viewOf(request.view, 'FULL'));
    }),

    ListExecutions: unary((request: ListRequest) => {
      const view = viewOf(request.view, 'BASIC');
      const { items, nextPageToken } = list(store, request, view);
      return { executions: items.map((row) => show(row, view)), nextPageToken };
    }),

    CancelExecution: unary(async ({ name }: { readonly name: string }) => {
      parseName('execution', name);
      const row = requireExecution(store, name);
      if (row.end_ms !== null) {
        throw new ApiError('FAILED_PRECONDITION', `Execution ${name} is not active: its state is ${row.state}.`);
      }
      await runner.cancel(row);
      return show(findExecution(store, name) ?? row, 'FULL');
    }),
  };
}

/** Ends all executions of a workflow; resolves once that is written. */
export async function cancelAll({ store, runner }: Parts, workflow: string): Promise<void> {
  const rows = store.all<ExecutionRow>('SELECT * FROM executions WHERE workflow = ? AND end_ms IS NULL', workflow);
  await Promise.all(rows.map((row) => runner.cancel(row)));
}

function viewOf(view: string, otherwise: ExecutionView): ExecutionView {
  return view === 'BASIC' || view === 'FULL' ? view : otherwise;
}

function create({ store, clock, runner }: Parts, request: CreateRequest): ExecutionRow {
  parseName('workflow', request.parent);
  const workflow = requireWorkflow(store, request.parent);
  const { argument = '', labels = {}, callLogLevel } = request.execution ?? {};
  checkArgument(argument);
  checkLabels(labels);
  const queued = store.get<{ count: number }>(
    "SELECT count(*) AS count FROM executions WHERE end_ms IS NULL AND state = 'QUEUED'",
  );
  if ((queued?.count ?? 0) >= MAX_QUEUED_EXECUTIONS) {
    throw new ApiError('RESOURCE_EXHAUSTED', `There are ${MAX_QUEUED_EXECUTIONS} executions waiting to be run.`);
  }
  const level = callLogLevel ?? 'CALL_LOG_LEVEL_UNSPECIFIED';
  return insertExecution(store, {
    name: `${workflow.name}/executions/${randomUUID()}`,
    workflow: workflow.name,
    revision: latestRevision(store, workflow.name).ordinal,
    state: runner.hasRoom() ? 'ACTIVE' : 'QUEUED',
    argument: argument === '' ? 'null' : argument,
    labels: JSON.stringify({ ...strings(workflow.labels), ...labels }),
    call_log_level: level === 'CALL_LOG_LEVEL_UNSPECIFIED' ? workflow.call_log_level : level,
    create_ms: clock.now(),
  });
}

function checkArgument(argument: string): void {
  const bytes = Buffer.byteLength(argument);
  if (bytes > LIMITS.argumentBytes) {
    throw invalid(`The argument has ${bytes} bytes, more than the ${LIMITS.argumentBytes} allowed.`);
  }
  if (argument !== '' && decodeJson(argument).kind === 'invalid') throw invalid('The argument must be a JSON value.');
}

/** Tokens say how many came before: what is listed may change between pages, as Google's does. */
function list(store: Store, request: ListRequest, view: ExecutionView): ReturnType<typeof toPage<ExecutionRow>> {
  parseName('workflow', request.parent);
  requireWorkflow(store, request.parent);
  const size = pageSize(request.pageSize, EXECUTION_PAGE[view]);
  const offset = Number(pageStart(request.pageToken) || '0');
  if (!Number.isInteger(offset)) throw invalid('Invalid page token.');
  const filter = parseFilter(request.filter ?? '');
  const rows = store.all<ExecutionRow>(
    `SELECT * FROM executions WHERE workflow = ? ${filter.sql} ORDER BY ${parseOrder(request.orderBy ?? '')} LIMIT ? OFFSET ?`,
    request.parent,
    ...filter.values,
    size + 1,
    offset,
  );
  const end = String(offset + Math.min(rows.length, size));
  return toPage(rows, size, () => end);
}
