import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import { conformanceAreas } from './all-cases.ts';
import { conformanceWarehouse, differencesText, runCaseFile } from './run-cases.ts';

let warehouse: Warehouse;

before(async () => {
  warehouse = await conformanceWarehouse();
});

after(async () => {
  await warehouse.close();
});

for (const area of conformanceAreas()) {
  test(`${area.name}: ${area.cases.length} statements give what the reference says`, async () => {
    const differences = await runCaseFile(warehouse, area);
    assert.equal(differences.length, 0, differencesText(differences));
  });
}
