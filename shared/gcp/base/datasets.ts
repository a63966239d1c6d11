// Owns laying a dataset of BigQuery.
import { BigQuery } from '@google-cloud/bigquery';
import type { BaseResource, Place } from '../../platform/base/resources.ts';
import { statusOf } from '../failure.ts';
import type { Laid } from './lay.ts';

type DatasetResource = Extract<BaseResource, { kind: 'dataset' }>;

export async function layDataset(resource: DatasetResource, { projectId }: Place): Promise<Laid> {
  try {
    await new BigQuery({ projectId }).createDataset(resource.name, {
      location: resource.location,
      description: resource.description,
      ...(resource.tableExpirationMs === undefined
        ? {}
        : { defaultTableExpirationMs: String(resource.tableExpirationMs) }),
    });
    return 'created';
  } catch (error) {
    if (statusOf(error) === 409) return 'present';
    throw error;
  }
}
