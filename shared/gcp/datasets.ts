// Owns datasets of BigQuery as the operator keeps them.
import type { BigQuery } from '@google-cloud/bigquery';
import type { DatasetResource } from '../catalog/operator/resource.ts';
import { toPlatformError } from './failure.ts';
import { labelChanges, labelsFrom } from './labels.ts';
import { change, createOnce, readIfThere } from './resource-failure.ts';

/** The dataset, if there is one. */
export async function readDataset(client: BigQuery, name: string): Promise<DatasetResource | undefined> {
  const metadata = await readIfThere({ kind: 'dataset', name }, async () => {
    const [found] = await client.dataset(name).getMetadata();
    // The client types no answers; this is the REST resource: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets
    return found as { location?: string; description?: string; labels?: Record<string, string> };
  });
  if (metadata === undefined) return undefined;
  const { location = '', description = '', labels } = metadata;
  return { kind: 'dataset', name, location, description, labels: labelsFrom(labels) };
}

/** Names of the datasets whose label has the value. */
export async function datasetsLabelled(
  client: BigQuery,
  label: { readonly key: string; readonly value: string },
): Promise<readonly string[]> {
  const filter = `labels.${label.key}:${label.value}`;
  const [datasets] = await client.getDatasets({ filter }).catch((error: unknown) => {
    throw toPlatformError(error);
  });
  return datasets.map(({ id }) => id ?? '').filter((id) => id !== '');
}

export function createDataset(client: BigQuery, resource: DatasetResource): Promise<'created' | 'exists'> {
  const { name, location, description, labels } = resource;
  return createOnce(resource, () => client.createDataset(name, { location, description, labels: { ...labels } }));
}

export function updateDataset(client: BigQuery, before: DatasetResource, target: DatasetResource): Promise<void> {
  const { name, description } = target;
  const labels = labelChanges(before.labels, target.labels);
  return change(target, () => client.dataset(name).setMetadata({ description, labels }));
}
