import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { GENERALISE_RULES, isGeneraliseRule } from '#shared/catalog/generalise-rules.ts';
import type { GeneraliseRule } from '#shared/catalog/generalise-rules.ts';
import { parseDate } from '#shared/platform/civil-date.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import { AGE_BANDS } from '#shared/privacy/generalise/age-band.ts';
import { generalise, GENERALISERS } from '#shared/privacy/generalise/generalise.ts';
import { USER_AGENT_FAMILIES } from '#shared/privacy/generalise/user-agent-family.ts';

const moment = { occurredAtMs: Date.UTC(2026, 10, 21, 12) };
const rules = Object.keys(GENERALISERS).filter(isGeneraliseRule);
const anything = fc.oneof(
  fc.anything(),
  fc.string({ maxLength: 2000 }),
  fc.ipV4(),
  fc.ipV6(),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.emailAddress(),
  fc.integer(),
  fc.double(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

function expectAll(rule: GeneraliseRule, cases: { readonly [value: string]: string }): void {
  for (const [value, expected] of Object.entries(cases)) assert.equal(generalise(rule, value, moment), expected, value);
}

/** The longest thing that a rule may give; an address of a page keeps its path. */
const MAX_CHARS: { readonly [Rule in GeneraliseRule]?: number } = { url: 20_000, 'email-domain': 253 };

test('the rules at work are the declared ones', () => {
  assert.deepEqual(rules.toSorted(), Object.keys(GENERALISE_RULES).toSorted());
});

test('every rule gives something coarse of its type for any value at all, the same each time', () => {
  for (const rule of rules) {
    fc.assert(
      fc.property(anything, (value) => {
        const result = generalise(rule, value, moment);
        assert.equal(generalise(rule, value, moment), result);
        assert.ok(result.length > 0 && result.length <= (MAX_CHARS[rule] ?? 30), result);
        if (GENERALISE_RULES[rule].gives === 'TIMESTAMP') assert.notEqual(parseTimestamp(result), undefined);
        if (GENERALISE_RULES[rule].gives === 'DATE') assert.notEqual(parseDate(result), undefined);
        if (rule === 'age-band') assert.ok(AGE_BANDS.includes(result));
        if (rule === 'user-agent-family') assert.ok(USER_AGENT_FAMILIES.includes(result));
      }),
    );
    assert.equal(generalise(rule, undefined, moment), GENERALISERS[rule].unknown);
    assert.equal(generalise(rule, {}, moment), GENERALISERS[rule].unknown);
  }
});

test('an address becomes its network', () => {
  expectAll('ip-prefix', {
    '203.0.113.77': '203.0.113.0/24',
    ' 10.1.2.3 ': '10.1.2.0/24',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1::/48',
    '2001:DB8::1': '2001:db8::/48',
    'fe80::1%eth0': 'fe80::/48',
    '::1': '::/48',
    '::ffff:203.0.113.77': '203.0.113.0/24',
    '::ffff:cb00:714d': '203.0.113.0/24',
    // 6to4 carries the whole IPv4 address in the first 48 bits.
    '2002:cb00:714d::1': '203.0.113.0/24',
    '0:0:1::': '0:0:1::/48',
    '203.0.113.77:8080': 'unknown',
    '203.0.113.077': 'unknown',
    '203.0.113': 'unknown',
    '256.1.1.1': 'unknown',
    '1::2::3': 'unknown',
    '1:2:3:4:5:6:7:8:9': 'unknown',
    'client.example.com': 'unknown',
    '': 'unknown',
  });
});

test('every address lies in its network, and the network says nothing about the rest of it', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 255 }), (address, host) => {
      const network = generalise('ip-prefix', address, moment);
      assert.equal(network, `${address.split('.').slice(0, 3).join('.')}.0/24`);
      assert.equal(generalise('ip-prefix', address.replace(/\d+$/, String(host)), moment), network);
    }),
  );
  fc.assert(
    fc.property(fc.ipV6().filter(isIPv6), (address) => {
      const [base = '', bits] = generalise('ip-prefix', address, moment).split('/');
      if (isIPv4(base)) return;
      assert.equal(bits, '48');
      const block = new BlockList();
      block.addSubnet(base, 48, 'ipv6');
      assert.ok(block.check(address, 'ipv6'), `${address} in ${base}`);
      // The last 80 bits are gone.
      assert.match(new URL(`http://[${base}]`).hostname, /::\]$/);
    }),
  );
});

test('a user agent becomes its family', () => {
  expectAll('user-agent-family', {
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0': 'Firefox',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36':
      'Chrome',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0':
      'Edge',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15':
      'Safari',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1':
      'Chrome',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)': 'Bot',
    'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)': 'Internet Explorer',
    'Opera/9.80 (X11; Linux x86_64) Presto/2.12.388 Version/12.16': 'Opera',
    'UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/': 'Feed reader',
    'curl/8.5.0': 'Library',
    'Lynx/2.8.7rel.2 libwww-FM/2.14': 'Text browser',
    '-': 'Other',
  });
});

test('a place becomes its cell of a tenth of a degree or its country', () => {
  expectAll('coarse-place', {
    '59.3293,18.0686': '59.3,18.0',
    '-33.86, 151.2': '-33.9,151.2',
    'geo:59.3293,18.0686;u=35': '59.3,18.0',
    '90,180': '89.9,179.9',
    '-90,-180': '-90.0,-180.0',
    'SE-AB': 'SE',
    se: 'SE',
    '91,0': 'unknown',
    'Drottninggatan 1, Stockholm': 'unknown',
    '': 'unknown',
  });
});

test('a time becomes its hour or its day, in UTC', () => {
  expectAll('time-hour', {
    '2026-08-01T13:45:12.123456Z': '2026-08-01T13:00:00.000Z',
    '2026-08-01T00:30:00+02:00': '2026-07-31T22:00:00.000Z',
    '2026-13-01': '1970-01-01T00:00:00.000Z',
    yesterday: '1970-01-01T00:00:00.000Z',
  });
  expectAll('time-day', {
    '2026-08-01T00:30:00+02:00': '2026-07-31',
    '2026-08-17': '2026-08-17',
    '2026-02-30': '1970-01-01',
  });
});

test('an address of a page keeps scheme, host and path, and no part that may name a person or a machine', () => {
  expectAll('url', {
    'https://www.Example.com/search?q=ann+example#top': 'https://www.example.com/search',
    'http://ann:secret@example.com:8080/a/b.html': 'http://example.com/a/b.html',
    '/blog/tags/puppet?flav=rss20': '/blog/tags/puppet',
    '/': '/',
    'https://www.google.com.hk': 'https://www.google.com.hk',
    'http://blog.example.eu/2013/01/21/how-to/': 'http://blog.example.eu/2013/01/21/how-to/',
    'http://203.0.113.77/status': 'http://*/status',
    'http://[2001:db8::1]/status': 'http://*/status',
    'http://203-0-113-77.dynamic.example.net/': 'http://*/',
    '/users/ann/settings': '/users/*/settings',
    '/~ann/index.html': '/*/index.html',
    '/whois/203.0.113.77': '/whois/*',
    '/unsubscribe/ann@example.com': '/unsubscribe/*',
    '/unsubscribe/ann%40example.com': '/unsubscribe/*',
    '/unsubscribe/ann%2540example.com': '/unsubscribe/*',
    '/orders/12345678': '/orders/*',
    '/blog/keynav-20080522.html': '/blog/keynav-20080522.html',
    '/orders/20081322': '/orders/*',
    '/whois/2001:db8::1': '/whois/*',
    '/tags/year%20review': '/tags/year%20review',
    '/o/0198f2c0-1111-7222-8333-444455556666/x': '/o/*/x',
    '/page;jsessionid=ABC': '/page',
    '/%zz': '/*',
    'android-app://com.example.app/': 'android-app://com.example.app/',
    'file:///home/ann/x.html': 'unknown',
    'mailto:ann@example.com': 'unknown',
    '//example.com/x': 'unknown',
    'https://exa mple.com/': 'unknown',
    '-': 'unknown',
  });
});

test('no query, fragment or user of an address ever comes through', () => {
  const secret = 'marker-of-a-person';
  fc.assert(
    fc.property(fc.webUrl(), fc.constantFrom('?', '#', '?a=', '#?', '?x#'), (url, mark) => {
      assert.ok(!generalise('url', `${url}${mark}${secret}`, moment).includes(secret));
      assert.ok(!generalise('url', url.replace('://', `://${secret}@`), moment).includes(secret));
    }),
  );
});

test('an e-mail address becomes its domain', () => {
  expectAll('email-domain', {
    'Ann@Example.COM': 'example.com',
    '"a@b"@example.org': 'example.org',
    'ann@bücher.example': 'bücher.example',
    'ann@localhost': 'unknown',
    'ann@203.0.113.77': 'unknown',
    '@example.com': 'unknown',
    'ann@[203.0.113.77]': 'unknown',
    'example.com': 'unknown',
  });
});

test('a date of birth or an age becomes a band, as of the event', () => {
  expectAll('age-band', {
    '12': 'under-13',
    '34': '25-34',
    '130': '65+',
    '131': 'unknown',
    '2008-11-21': '18-24',
    '2008-11-22': '13-17',
    '2000-02-29T00:00:00Z': '25-34',
    '2027-01-01': 'unknown',
    adult: 'unknown',
    '-1': 'unknown',
  });
});
