/** Routes of the BigQuery API in both forms of its path, and readers of what requests carry in their URLs. */
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { invalid } from '../errors.ts';

/** With an emulator variable set, clients leave the service path out. */
const PREFIXES = ['/bigquery/v2', ''] as const;

/**
 * One API method.
 * @param verb HTTP method and path template below `/bigquery/v2`, `GET /projects/{projectId}/datasets`
 * @param id the method's id without `bigquery.`
 */
export function apiMethod(
  verb: string,
  id: string,
  handle: (request: RestRequest) => RestReply | Promise<RestReply>,
): RestRoute[] {
  const [method = '', path = ''] = verb.split(' ');
  const handleChecked: RestRoute['handle'] = (request) => {
    const projectId = request.params['projectId'];
    if (projectId !== undefined) checkProjectId(projectId);
    return handle(request);
  };
  return PREFIXES.map((prefix) => ({
    // The verbs are literals of this folder.
    method: method as RestRoute['method'],
    path: `${prefix}${path}`,
    id: `bigquery.${id}`,
    errors: 'legacy',
    handle: handleChecked,
  }));
}

/**
 * Perhaps with a domain in front; ids of four and five characters, such as `test`, are served too, because suites written for
 * emulators use them. Source: https://cloud.google.com/resource-manager/docs/creating-managing-projects
 */
const PROJECT_ID = /^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{2,61}[a-z0-9]$/;

/** Any project is served, but its id must be one. @throws ApiError `invalid` */
function checkProjectId(id: string): void {
  if (PROJECT_ID.test(id)) return;
  throw invalid(
    `Invalid project ID '${id}'. Project IDs must contain 6-63 lowercase letters, digits, or dashes. Some project IDs also include domain name separated by a colon. IDs must start with a letter and may not end with a dash.`,
  );
}

/** A variable of the path. */
export function pathParameter(request: RestRequest, name: string): string {
  return request.params[name] ?? '';
}

/** A non-negative integer of the query string; undefined when it is not there. */
export function integerParameter(request: RestRequest, name: string): number | undefined {
  const value = request.query.get(name);
  if (value === null || value === '') return undefined;
  const number = Number(value);
  if (!/^\d{1,19}$/.test(value) || !Number.isSafeInteger(number)) {
    throw invalid(`Invalid value at '${name}' (TYPE_UINT64)`, name);
  }
  return number;
}

/** A boolean of the query string; false when it is not there. */
export function booleanParameter(request: RestRequest, name: string): boolean {
  const value = request.query.get(name);
  if (value === null || value === '') return false;
  if (value !== 'true' && value !== 'false') throw invalid(`Invalid value at '${name}' (TYPE_BOOL)`, name);
  return value === 'true';
}

/** A string of the query string; undefined when it is not there or empty. */
export function textParameter(request: RestRequest, name: string): string | undefined {
  const value = request.query.get(name);
  return value === null || value === '' ? undefined : value;
}
