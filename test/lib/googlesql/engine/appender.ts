/** A process that appends rows one after the other and tells each number once it is acknowledged, until it is killed. */
import { encoded, table, testWarehouse, valueOf } from './test-warehouse.ts';

const [, , file = '', before = '0'] = process.argv;
const { warehouse, run } = await testWarehouse(file);
await run('CREATE TABLE IF NOT EXISTS d.t (n INT64)');
for (let n = Number(before) + 1; ; n += 1) {
  const options = { ignoreUnknownValues: false, skipInvalidRows: false };
  valueOf(await warehouse.appendRows(table('t'), [encoded({ n })], options));
  process.send?.(n);
}
