import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionDefinition } from '#lib/googlesql/functions/definition.ts';
import { allFunctions } from '#lib/googlesql/functions/functions.ts';
import type { TypePattern } from '#lib/googlesql/functions/signature.ts';
import { typeName } from '#lib/googlesql/types/sql-type.ts';

function named(pattern: RegExp): readonly FunctionDefinition[] {
  return allFunctions().filter(({ name }) => pattern.test(name));
}

test('what hashes or encrypts masks, what decrypts opens, and what counts counts', () => {
  const hashes = named(/^(?:MD5|SHA\d+|FARM_FINGERPRINT)$|ENCRYPT/);
  assert.ok(hashes.length >= 5);
  for (const { name, masks, opens } of hashes) assert.deepEqual([masks, opens], [true, undefined], name);
  for (const { name, masks, opens } of named(/DECRYPT/)) assert.deepEqual([masks, opens], [undefined, true], name);
  const counts = named(/^(?:COUNT|COUNTIF|APPROX_COUNT_DISTINCT)$/);
  assert.equal(counts.length, 3);
  for (const { name, counts: marked } of counts) assert.equal(marked, true, name);
});

test('only hashes and ciphers mask: anything else that did would hide a value from the rules of privacy', () => {
  const masking = allFunctions().filter(({ masks }) => masks === true);
  for (const { name } of masking) assert.match(name, /MD5|SHA\d+|FINGERPRINT|ENCRYPT|HLL_COUNT/);
});

/** What a pattern takes, arrays looked through: lineage takes them for their elements. */
function elementOf(pattern: TypePattern): string {
  if (pattern.kind === 'array') return elementOf(pattern.element);
  return pattern.kind === 'type' ? typeName(pattern.type) : pattern.kind === 'template' ? pattern.name : pattern.kind;
}

test('what passes through gives a type that some argument brings, and a condition is one of several arguments', () => {
  for (const { name, passesThrough, conditions = [], overloads } of allFunctions()) {
    for (const { signature } of overloads) {
      const taken = signature.parameters.map(({ pattern }) => elementOf(pattern));
      if (passesThrough === true) assert.ok(taken.includes(elementOf(signature.result)), `${name} ${signature.text}`);
    }
    const most = Math.max(...overloads.map(({ signature }) => signature.parameters.length));
    if (conditions.length > 0) assert.ok(most > 1 && Math.min(...conditions) < most, name);
  }
});
