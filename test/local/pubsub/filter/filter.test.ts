import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '#local/pubsub/filter/filter.ts';

const MESSAGES: Readonly<Record<string, Record<string, string>>> = {
  com: { domain: 'com', 'iana.org/language_tag': 'en' },
  company: { domain: 'company', 'event-type': 'x y' },
  org: { domain: 'org', x: '' },
  none: {},
};

function matching(filter: string): string[] {
  const test = compileFilter(filter);
  return Object.entries(MESSAGES).flatMap(([name, attributes]) => (test?.(attributes) === true ? [name] : []));
}

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['attributes:domain', ['com', 'company', 'org']],
  ['attributes.domain = "com"', ['com']],
  ['attributes.domain="com"', ['com']],
  ['attributes.domain != "com"', ['company', 'org']],
  ['NOT attributes.domain = "com"', ['company', 'org', 'none']],
  ['-attributes:domain', ['none']],
  ['attributes:"iana.org/language_tag"', ['com']],
  ['attributes."iana.org/language_tag" = "en"', ['com']],
  ['attributes.event-type = "x y"', ['company']],
  ['attributes.x = ""', ['org']],
  ['hasPrefix(attributes.domain, "co")', ['com', 'company']],
  ['hasPrefix(attributes.domain, "com") AND NOT attributes.domain = "com"', ['company']],
  ['attributes.domain = "com" OR attributes.domain = "org" OR attributes:x', ['com', 'org']],
  ['attributes:domain AND (attributes.domain = "org" OR hasPrefix(attributes.domain, "comp"))', ['company', 'org']],
  ['attributes.domain = "\\u0063om"', ['com']],
  ['attributes:constructor OR hasPrefix(attributes.toString, "")', []],
  ['  ( attributes : domain )  ', ['com', 'company', 'org']],
];

for (const [filter, expected] of CASES) {
  test(`the filter ${filter} lets through ${expected.join(', ')}`, () => assert.deepEqual(matching(filter), expected));
}

test('an empty filter lets everything through', () => {
  assert.equal(compileFilter(''), undefined);
});

const REFUSED = [
  'attributes',
  'attributes:',
  'attributes.domain',
  'attributes.domain = com',
  'attributes.domain = "com',
  'attributes.domain > "com"',
  'attributes.a = "1" and attributes.b = "2"',
  'attributes.a = "1" AND attributes.b = "2" OR attributes.c = "3"',
  'attributes.a = "1" AND',
  'hasSuffix(attributes.a, "x")',
  'hasPrefix(attributes.a)',
  '(attributes:a',
  'data = "x"',
  `attributes.a = "${'x'.repeat(256)}"`,
];

for (const filter of REFUSED) {
  test(`what is no filter is refused: ${filter.slice(0, 60)}`, () => {
    assert.throws(() => compileFilter(filter), { status: 'INVALID_ARGUMENT', message: /^Invalid filter given/ });
  });
}
