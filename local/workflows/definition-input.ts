/** Workflows as clients send them, checked; and updates that name the fields they change. */
import { compileWorkflow } from './language/compile.ts';
import type { Problem } from './language/problems.ts';
import { MAX_DESCRIPTION_CHARS, MAX_ENVIRONMENT_BYTES, MAX_ENVIRONMENT_VARIABLES, MAX_LABELS } from './limits.ts';
import { serviceAccountName } from './names.ts';
import { invalid } from './refusals.ts';

/** A google.cloud.workflows.v1.Workflow as handlers get it; REST leaves out what was not sent. */
export interface WorkflowInput {
  readonly name?: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly sourceContents?: string;
  readonly cryptoKeyName?: string;
  readonly callLogLevel?: string;
  readonly userEnvVars?: Readonly<Record<string, string>>;
  readonly executionHistoryLevel?: string;
}

/** What of a workflow can be set. */
export interface WorkflowSpec {
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly callLogLevel: string;
  readonly historyLevel: string;
  /** Changing any of these makes a new revision. */
  readonly revision: RevisionSpec;
}

export interface RevisionSpec {
  readonly source: string;
  readonly serviceAccount: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly cryptoKey: string;
}

/** @throws ApiError INVALID_ARGUMENT; a source with problems tells them all */
export function checkedSpec(input: WorkflowInput, project: string): WorkflowSpec {
  const { description = '', labels = {}, userEnvVars: environment = {}, sourceContents: source = '' } = input;
  if ([...new Intl.Segmenter().segment(description)].length > MAX_DESCRIPTION_CHARS) {
    throw invalid(`The description must have at most ${MAX_DESCRIPTION_CHARS} characters.`);
  }
  checkLabels(labels);
  checkEnvironment(environment);
  const serviceAccount = serviceAccountName(input.serviceAccount ?? '', project);
  checkSource(source);
  return {
    description,
    labels,
    callLogLevel: input.callLogLevel ?? 'CALL_LOG_LEVEL_UNSPECIFIED',
    historyLevel: input.executionHistoryLevel ?? 'EXECUTION_HISTORY_LEVEL_UNSPECIFIED',
    revision: { source, serviceAccount, environment, cryptoKey: input.cryptoKeyName ?? '' },
  };
}

/** Source: https://cloud.google.com/workflows/docs/labels */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  if (Object.keys(labels).length > MAX_LABELS) throw invalid(`There can be at most ${MAX_LABELS} labels.`);
  for (const [key, value] of Object.entries(labels)) {
    if (!/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key)) throw invalid(`Invalid label key '${key}'.`);
    if (!/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value)) throw invalid(`Invalid value of label '${key}'.`);
  }
}

function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  const entries = Object.entries(environment);
  if (entries.length > MAX_ENVIRONMENT_VARIABLES) {
    throw invalid(
      `There can be at most ${MAX_ENVIRONMENT_VARIABLES} user environment variables, not ${entries.length}.`,
    );
  }
  for (const [key, value] of entries) {
    if (key === '' || key.startsWith('GOOGLE') || key.startsWith('WORKFLOWS')) {
      throw invalid(
        `Invalid user environment variable '${key}': keys cannot be empty and cannot start with GOOGLE or WORKFLOWS.`,
      );
    }
    if (Buffer.byteLength(key) > MAX_ENVIRONMENT_BYTES || Buffer.byteLength(value) > MAX_ENVIRONMENT_BYTES) {
      throw invalid(
        `The user environment variable '${key.slice(0, 64)}' has more than ${MAX_ENVIRONMENT_BYTES} bytes.`,
      );
    }
  }
}

function checkSource(source: string): void {
  const compiled = compileWorkflow(source);
  if (compiled.kind === 'invalid') throw invalid(compiled.problems.map(describeProblem).join('\n'));
}

/** Source of the frame: https://cloud.google.com/workflows/docs/troubleshooting#deployment-errors */
function describeProblem({ line, column, message, step }: Problem): string {
  const where = `main.workflow.yaml:${line}:${column}`;
  if (message.startsWith('parse error')) return `${where}: ${message}`;
  return `${where}: failed to build: ${step === undefined ? '' : `error in step ${step}: `}${message}`;
}

/** Fields that a mask may name, and what they are called in the input. */
const MASKABLE: Readonly<Record<string, keyof WorkflowInput>> = {
  description: 'description',
  labels: 'labels',
  service_account: 'serviceAccount',
  source_contents: 'sourceContents',
  crypto_key_name: 'cryptoKeyName',
  call_log_level: 'callLogLevel',
  user_env_vars: 'userEnvVars',
  execution_history_level: 'executionHistoryLevel',
};

/** Output-only fields may be named and are ignored. */
const IGNORED = new Set([
  'name',
  'state',
  'revision_id',
  'create_time',
  'update_time',
  'revision_create_time',
  'state_error',
]);

/**
 * The stored workflow with the masked fields taken from `update`; with all of them when nothing is masked.
 * @throws ApiError INVALID_ARGUMENT for a path that is no field
 */
export function withMasked(stored: WorkflowInput, update: WorkflowInput, paths: readonly string[]): WorkflowInput {
  if (paths.length === 0) return update;
  const merged: Record<string, unknown> = { ...stored };
  for (const path of paths) {
    const field = MASKABLE[path];
    if (field !== undefined) merged[field] = update[field];
    else if (!IGNORED.has(path)) throw invalid(`Invalid field mask path '${path}'.`);
  }
  return merged;
}

/** What a stored workflow would look like if a client sent it. */
export function toInput(spec: WorkflowSpec): WorkflowInput {
  return {
    description: spec.description,
    labels: spec.labels,
    callLogLevel: spec.callLogLevel,
    executionHistoryLevel: spec.historyLevel,
    serviceAccount: spec.revision.serviceAccount,
    sourceContents: spec.revision.source,
    userEnvVars: spec.revision.environment,
    cryptoKeyName: spec.revision.cryptoKey,
  };
}
