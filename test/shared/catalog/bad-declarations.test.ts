/** Declarations as people get them wrong: whatever a file holds, compiling answers with places and words, and never throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { bundleOf, readBundle } from '#shared/catalog/catalog.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { compileValidator } from '#shared/events/validator.ts';
import { filesWith, PLAYED } from './declarations.ts';
import { EVERY_TYPE } from './sdk/every-type.ts';

const FILE = 'events/music/Played.yaml';
const WORDS = [PLAYED, EVERY_TYPE].flatMap((text) => text.match(/[A-Za-z_]+|\d+|[{}[\]:,'-]/g) ?? []);
const YAML =
  'null ~ true .inf .nan -0 1e400 0x10 !!str &a *a << | > ? --- __proto__ constructor toString hasOwnProperty'.split(
    ' ',
  );
const TOKENS = [...new Set([...WORDS, ...YAML, '%YAML 9.9', '\t', '', ' ', '\u0000', '\ud800', '\u202e', '💡'])];

const anyToken = fc.oneof(fc.constantFrom(...TOKENS), fc.string({ unit: 'binary', maxLength: 4 }));

/** One mistake: some characters, a word or a whole line taken out, put in, or put elsewhere. */
const mistake = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('insert', 'replace', 'cut', 'copy-line', 'drop-line'),
  token: anyToken,
});

type Mistake = typeof mistake extends fc.Arbitrary<infer T> ? T : never;

function mistaken(text: string, { at, to, kind, token }: Mistake): string {
  const place = Math.floor(at * text.length);
  const lines = text.split('\n');
  const [line, other] = [Math.floor(at * lines.length), Math.floor(to * lines.length)];
  switch (kind) {
    case 'insert':
      return text.slice(0, place) + token + text.slice(place);
    case 'replace': {
      const rest = text.slice(place);
      return text.slice(0, place) + rest.replace(/[A-Za-z_0-9]+/, () => token);
    }
    case 'cut':
      return text.slice(0, place) + text.slice(Math.floor(place + to * 40));
    case 'copy-line':
      return lines.toSpliced(other, 0, lines[line] ?? '').join('\n');
    case 'drop-line':
      return lines.toSpliced(line, 1).join('\n');
  }
}

test('a file with mistakes compiles, or is told at places that it has', () => {
  const outcomes = { compiled: 0, failed: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(PLAYED, EVERY_TYPE),
      fc.array(mistake, { minLength: 1, maxLength: 3 }),
      (start, mistakes) => {
        const text = mistakes.reduce(mistaken, start);
        const result = compileCatalog(filesWith({ [FILE]: text }));
        outcomes[result.kind] += 1;
        if (result.kind === 'failed') {
          assert.ok(result.problems.length > 0);
          const lines = text.split(/\r\n|\r|\n/).length;
          for (const { file, line, column, message } of result.problems) {
            assert.equal(file, FILE);
            assert.ok(line >= 1 && line <= lines + 1 && column >= 1, `${line}:${column} of ${lines} lines`);
            assert.ok(message.length > 3);
          }
          return;
        }
        // What compiles can be stored, read again and judged by.
        const again = readBundle(bundleOf(result.catalog));
        for (const eventType of Object.values(again.eventTypes)) {
          const validate = compileValidator(eventType);
          for (const example of eventType.examples) assert.equal(validate(example).kind, 'valid');
        }
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(outcomes.compiled > 10 && outcomes.failed > 100, JSON.stringify(outcomes));
});

test('a file of nothing but noise is told', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(anyToken).map((tokens) => tokens.join(' ')),
      ),
      (text) => {
        const result = compileCatalog(filesWith({ [FILE]: text }));
        assert.equal(result.kind, 'failed');
      },
    ),
    { numRuns: 300 },
  );
});

test('nesting and size without end are told and not walked', () => {
  const deep = (open: string, close: string): string => `fields: ${open.repeat(20_000)}${close.repeat(20_000)}\n`;
  for (const text of [deep('[', ']'), deep('{a: ', '}'), deep('- ', ''), `description: ${'x'.repeat(2_000_000)}\n`]) {
    const startedMs = performance.now();
    const result = compileCatalog(filesWith({ [FILE]: text }));
    assert.equal(result.kind, 'failed');
    assert.ok(performance.now() - startedMs < 5000);
  }
});
