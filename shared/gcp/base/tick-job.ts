// Owns laying the Scheduler job that starts the tick workflow each minute.
import { CloudSchedulerClient } from '@google-cloud/scheduler';
import type { BaseResource, Place } from '../../platform/base/resources.ts';
import { statusOf } from '../failure.ts';
import type { Laid } from './lay.ts';

type SchedulerJobResource = Extract<BaseResource, { kind: 'scheduler-job' }>;

/** Body and token as Google documents them: https://cloud.google.com/workflows/docs/schedule-workflow */
export async function laySchedulerJob(resource: SchedulerJobResource, place: Place): Promise<Laid> {
  const client = new CloudSchedulerClient();
  const parent = `projects/${place.projectId}/locations/${place.region}`;
  try {
    await client.createJob({
      parent,
      job: {
        name: `${parent}/jobs/${resource.name}`,
        schedule: resource.schedule,
        timeZone: resource.timeZone,
        attemptDeadline: { seconds: 60 },
        httpTarget: {
          uri: `https://workflowexecutions.googleapis.com/v1/${parent}/workflows/${resource.workflow}/executions`,
          httpMethod: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: Buffer.from(JSON.stringify({ argument: '{}' })),
          oauthToken: {
            serviceAccountEmail: resource.serviceAccount,
            scope: 'https://www.googleapis.com/auth/cloud-platform',
          },
        },
      },
    });
    return 'created';
  } catch (error) {
    if (statusOf(error) === 409) return 'present';
    throw error;
  }
}
