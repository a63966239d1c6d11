import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generatedFiles, staleFiles } from '../../scripts/generate-docs.ts';

test('what is generated is up to date: run node scripts/generate-docs.ts', () => {
  assert.ok(generatedFiles().length > 10);
  assert.deepEqual(
    staleFiles().map(({ path }) => path),
    [],
  );
});
