// Owns a unit test of a pipeline: where it is declared, and the test of its query that it comes to.
import type { QueryTest } from '#lib/googlesql/unit-tests/query-test.ts';
import type { PartitionKey } from '../../pipelines/partition-key.ts';
import type { EndpointId } from '../../platform/ids.ts';
import type { YamlSource } from '../yaml-source.ts';

/** One file `sql/<domain>/<endpoint>/tests/<name>.yaml`. */
export interface UnitTest {
  readonly endpoint: EndpointId;
  /** Name of the file without its ending. */
  readonly name: string;
  readonly description: string;
  readonly partition: PartitionKey;
  readonly source: YamlSource;
  readonly test: QueryTest;
}
