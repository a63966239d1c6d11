import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CONSOLE_TYPES_FILE, consoleTypes } from '../../scripts/generate-console-types.ts';
import { typeDeclaration } from '../../scripts/typescript-of-schema.ts';

test('the types of the console are those of the shapes that metadata answers', () => {
  const file = new URL(`../../${CONSOLE_TYPES_FILE}`, import.meta.url);
  assert.equal(readFileSync(file, 'utf8'), consoleTypes(), 'stale: run node scripts/generate-console-types.ts');
});

test('a schema that is no plain data is refused', () => {
  assert.throws(() => typeDeclaration('Odd', { type: 'null' }), TypeError);
  assert.throws(() => typeDeclaration('Odd', { type: 'object', additionalProperties: true }), TypeError);
});
