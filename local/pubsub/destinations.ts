/** Checks that what a subscription sends messages to exists and can take them. */
import { ApiError } from '../primitives/errors.ts';
import type { BigQuerySink } from './bigquery-sink.ts';
import type { Broker } from './broker/broker.ts';
import { invalid } from './refusals.ts';
import type { BigQueryConfig, Subscription } from './resources.ts';
import { schemaMismatch, tableOf } from './settings/bigquery-settings.ts';

export interface Destinations {
  /** @throws ApiError NOT_FOUND for a missing dead-letter topic or table, INVALID_ARGUMENT for a table that does not fit */
  check(config: Subscription): Promise<void>;
}

export function createDestinations(broker: Broker, bigQuery: BigQuerySink | undefined): Destinations {
  return {
    async check({ deadLetterPolicy, bigqueryConfig }) {
      if (deadLetterPolicy !== null) broker.topic(deadLetterPolicy.deadLetterTopic);
      if (bigqueryConfig !== null) await checkTable(bigqueryConfig, bigQuery);
    },
  };
}

/** Source: https://cloud.google.com/pubsub/docs/bigquery-troubleshooting#unable_to_create_or_update_subscription */
async function checkTable(config: BigQueryConfig, bigQuery: BigQuerySink | undefined): Promise<void> {
  const columns = await bigQuery?.describe(tableOf(config));
  if (columns === undefined) {
    throw new ApiError('NOT_FOUND', 'The BigQuery table or dataset specified cannot be found.');
  }
  const mismatch = schemaMismatch(config, columns);
  if (mismatch !== undefined) throw invalid(mismatch);
}
