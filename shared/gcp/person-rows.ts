// Owns reading rows in BigQuery by tokens that stand in a table of their own, never in a statement.
import { BigQuery } from '@google-cloud/bigquery';
import type { Place } from '../platform/base/resources.ts';
import { createErasedRows, type ErasedRows } from './erased-rows.ts';
import { toPlatformError } from './failure.ts';
import { type PlainRow, toPlain } from './query.ts';

/** Calls reject with a PlatformError when BigQuery cannot be reached or refuses. */
export interface PersonRows extends Pick<ErasedRows, 'loadTokens' | 'dropTable'> {
  /** The rows of a query, page by page. INT64 as in `runQuery`; BYTES are base64. */
  rows(sql: string): AsyncIterable<PlainRow>;
}

export function createPersonRows(place: Place): PersonRows {
  const erased = createErasedRows(place);
  let client: BigQuery | undefined;
  return {
    loadTokens: (table, tokens) => erased.loadTokens(table, tokens),
    dropTable: (table) => erased.dropTable(table),
    async *rows(sql) {
      client ??= new BigQuery({ projectId: place.projectId, location: place.region });
      try {
        for await (const row of client.createQueryStream({ query: sql, useLegacySql: false, wrapIntegers: true })) {
          yield toPlain(row) as PlainRow;
        }
      } catch (error) {
        throw toPlatformError(error);
      }
    },
  };
}
