/** The methods of `bigquery.projects`. */
import type { RestRoute } from '../host/service.ts';
import { apiMethod, pathParameter } from './wire/routes.ts';

/** The number that stands for a project where Google shows one; the metadata server of this cloud names the same. */
const PROJECT_NUMBER = '100000000000';

/** @param projectId the cloud's own project: others are served, but nobody has listed them */
export function projectRoutes(projectId: string): RestRoute[] {
  return [
    apiMethod('GET /projects', 'projects.list', () => ({
      json: {
        kind: 'bigquery#projectList',
        etag: projectId,
        projects: [
          {
            kind: 'bigquery#project',
            id: projectId,
            numericId: PROJECT_NUMBER,
            projectReference: { projectId },
            friendlyName: projectId,
          },
        ],
        totalItems: 1,
      },
    })),
    apiMethod('GET /projects/{projectId}/serviceAccount', 'projects.getServiceAccount', (request) => ({
      json: {
        kind: 'bigquery#getServiceAccountResponse',
        email: `bq-${PROJECT_NUMBER}@bigquery-encryption.${pathParameter(request, 'projectId')}.iam.gserviceaccount.com`,
      },
    })),
  ].flat();
}
