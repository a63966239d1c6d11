/** Resource names of Workflows: locations, workflows, executions, operations. */
import { invalid } from './refusals.ts';

const LOCATION = 'projects/(?<project>[^/]+)/locations/(?<location>[^/]+)';
const WORKFLOW = `${LOCATION}/workflows/(?<workflow>[^/]+)`;

const PATTERNS = {
  location: new RegExp(`^${LOCATION}$`),
  workflow: new RegExp(`^${WORKFLOW}$`),
  execution: new RegExp(`^${WORKFLOW}/executions/(?<execution>[^/]+)$`),
} as const;

export interface NameParts {
  readonly project: string;
  readonly location: string;
  /** '' in the name of a location. */
  readonly workflow: string;
  /** '' in the name of a location or workflow. */
  readonly execution: string;
}

/**
 * The parts of a name that must be of the kind.
 * @throws ApiError INVALID_ARGUMENT
 */
export function parseName(kind: keyof typeof PATTERNS, name: string): NameParts {
  const groups = PATTERNS[kind].exec(name)?.groups;
  if (groups === undefined) throw invalid(`Invalid resource name '${name}': expected the name of a ${kind}.`);
  const { project = '', location = '', workflow = '', execution = '' } = groups;
  return { project, location, workflow, execution };
}

/** Source: the comment of CreateWorkflowRequest.workflow_id in google/cloud/workflows/v1/workflows.proto */
const WORKFLOW_ID = /^[A-Za-z](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/;

/**
 * The name of a new workflow.
 * @throws ApiError INVALID_ARGUMENT
 */
export function workflowName(parent: string, id: string): string {
  parseName('location', parent);
  if (WORKFLOW_ID.test(id)) return `${parent}/workflows/${id}`;
  throw invalid(
    `Invalid workflow ID '${id}': it must be 1 to 64 letters, numbers, underscores and hyphens, start with a letter and end with a letter or number.`,
  );
}

/** The number that stands for any project of this cloud. */
export const PROJECT_NUMBER = '100000000000';

/**
 * A service account as Workflows shows it, `projects/P/serviceAccounts/EMAIL`, from any of the forms it takes.
 * @throws ApiError INVALID_ARGUMENT
 */
export function serviceAccountName(given: string, project: string): string {
  if (given === '')
    return `projects/${project}/serviceAccounts/${PROJECT_NUMBER}-compute@developer.gserviceaccount.com`;
  const account = given.split('/').at(-1) ?? '';
  const isName = given === account || /^projects\/[^/]+\/serviceAccounts\/[^/]+$/.test(given);
  if (!isName || !/^[^@\s]+(@[^@\s]+)?$/.test(account)) throw invalid(`Invalid service account '${given}'.`);
  const [, own] = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(account) ?? [];
  const written = /^projects\/([^/]+)\//.exec(given)?.[1] ?? '-';
  return `projects/${written === '-' ? (own ?? project) : written}/serviceAccounts/${account}`;
}

/** The email of a service account's name. */
export function emailOf(serviceAccount: string): string {
  return serviceAccount.slice(serviceAccount.lastIndexOf('/') + 1);
}
