import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { didYouMean, listNames } from '#shared/catalog/did-you-mean.ts';
import { formatProblem, sortProblems } from '#shared/catalog/problem.ts';
import { parseYaml } from '#shared/catalog/yaml-source.ts';

function failed(text: string): readonly string[] {
  const result = parseYaml('f.yaml', text);
  assert.ok(result.kind === 'failed', text);
  return result.problems.map(formatProblem);
}

test('every part of a file knows its place, and a missing part the place of what should hold it', () => {
  const result = parseYaml('f.yaml', 'a: 1\nb:\n  c: [x, {d: 2}]\n');
  assert.ok(result.kind === 'parsed');
  const { source } = result;
  const at = (path: readonly PropertyKey[]): string => `${source.placeOf(path).line}:${source.placeOf(path).column}`;
  assert.equal(at(['a']), '1:4');
  assert.equal(at(['b', 'c', 1, 'd']), '3:14');
  assert.equal(at(['b', 'missing', 'deeper']), '3:3');
  assert.deepEqual(source.placeOfKey(['b', 'c']), { file: 'f.yaml', line: 3, column: 3 });
});

test('only plain YAML of one document is read', () => {
  assert.match(failed('a: &x 1\nb: *x\n').join('\n'), /1:7 {2}an anchor[\s\S]*2:4 {2}an alias/);
  assert.match(failed('a: 1\na: 2\n').join('\n'), /2:1 {2}not valid YAML: Map keys must be unique/);
  assert.match(failed('{[a]: 1}').join('\n'), /a key that is no text is not allowed/);
  assert.match(failed('a: !!str 1').join('\n'), /a tag is not allowed/);
  assert.match(failed('a: 1\n---\nb: 2\n').join('\n'), /2:1 {2}not valid YAML: Source contains multiple documents$/m);
  assert.match(failed('').join('\n'), /1:1 {2}the file is empty\n {4}allowed: a mapping/);
  assert.match(failed('a: [1,\n').join('\n'), /not valid YAML/);
  assert.match(failed(`a: ${'x'.repeat(1_100_000)}`).join('\n'), /has 1100003 characters/);
});

test('dates and times stay what was written', () => {
  const result = parseYaml('f.yaml', 'a: 2026-01-01\nb: 06:00\nc: yes\n');
  assert.ok(result.kind === 'parsed');
  assert.deepEqual(result.source.value, { a: '2026-01-01', b: '06:00', c: 'yes' });
});

test('no text makes the reader throw, and every problem has a place inside the file', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-c:\-&*!{}[\],"'|>#\n ]{0,40}$/)), (text) => {
      const result = parseYaml('f.yaml', text);
      if (result.kind === 'failed') for (const { line, column } of result.problems) assert.ok(line >= 1 && column >= 1);
    }),
    { numRuns: 2000 },
  );
});

test('a guess is made only for what is close', () => {
  assert.equal(didYouMean('retentoin', ['owner', 'retention']), 'did you mean "retention"?');
  assert.equal(didYouMean('Owner', ['owner']), 'did you mean "owner"?');
  assert.equal(didYouMean('minimum', ['min', 'max']), 'did you mean "min"?');
  assert.equal(didYouMean('xyz', ['owner', 'retention']), undefined);
  assert.equal(listNames(['b', 'a']), 'a, b');
  assert.equal(
    listNames(Array.from({ length: 18 }, (_, i) => String.fromCharCode(97 + i))),
    'a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p and 2 more',
  );
});

test('problems come in the order of the files, each once', () => {
  const at = (file: string, line: number): { file: string; line: number; column: number; message: string } => ({
    file,
    line,
    column: 1,
    message: 'm',
  });
  assert.deepEqual(sortProblems([at('b', 1), at('a', 9), at('a', 2), at('a', 2)]), [
    at('a', 2),
    at('a', 9),
    at('b', 1),
  ]);
});
