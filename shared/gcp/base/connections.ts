// Owns laying a connection of BigQuery.
import { GoogleAuth } from 'google-auth-library';
import type { BaseResource, Place } from '../../platform/base/resources.ts';
import { CONNECTIONS_API } from '../connections.ts';
import { statusOf } from '../failure.ts';
import type { Laid } from './lay.ts';

type ConnectionResource = Extract<BaseResource, { kind: 'connection' }>;

const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });

/** https://cloud.google.com/bigquery/docs/reference/bigqueryconnection/rest/v1/projects.locations.connections/create */
export async function layConnection({ name, location }: ConnectionResource, { projectId }: Place): Promise<Laid> {
  try {
    await auth.request({
      url: `${CONNECTIONS_API}/projects/${projectId}/locations/${location}/connections?connectionId=${name}`,
      method: 'POST',
      data: { cloudResource: {} },
    });
    return 'created';
  } catch (error) {
    if (statusOf(error) === 409) return 'present';
    throw error;
  }
}
