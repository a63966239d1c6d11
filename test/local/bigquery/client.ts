/** The BigQuery client as tests of the local cloud make it. */
import type { BigQuery } from '@google-cloud/bigquery';
import { TEST_PROJECT } from '#test/local/cloud-harness.ts';

/**
 * A client of the running test cloud. The project is named because @google-cloud/common from 8.0.2 sends its own
 * placeholder instead of the project that it finds out (github.com/googleapis/google-cloud-node/issues/9256).
 */
export async function bigQueryClient(): Promise<BigQuery> {
  const { BigQuery: Client } = await import('@google-cloud/bigquery');
  return new Client({ projectId: TEST_PROJECT });
}
