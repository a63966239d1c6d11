/** What Pub/Sub's BigQuery subscriptions write through. */
import type { EngineError } from '#lib/googlesql/engine/outcome.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { AppendVerdict, BigQuerySink } from '../pubsub/bigquery-sink.ts';

export function createSink(warehouse: Warehouse): BigQuerySink {
  return {
    async describe(table) {
      const found = await warehouse.tables.get(table);
      return found.kind === 'ok' && found.value.type === 'TABLE' ? found.value.fields : undefined;
    },
    async append(table, rows, { ignoreUnknownValues }) {
      const outcome = await warehouse.appendRows(table, rows, {
        ignoreUnknownValues,
        skipInvalidRows: true,
        numericTimestamps: 'micros',
      });
      if (outcome.kind === 'failed') return failure(outcome.error);
      const rejected = outcome.value.rowErrors.map(({ index, errors }) => ({
        index,
        message: errors.map(({ message }) => message).join(' '),
      }));
      return { kind: 'appended', rejected };
    },
  };
}

/** A table that cannot be written to is as good as missing; anything else may pass. */
function failure({ reason, message }: EngineError): AppendVerdict {
  return reason === 'notFound' || reason === 'invalid' ? { kind: 'missing-table' } : { kind: 'unavailable', message };
}
