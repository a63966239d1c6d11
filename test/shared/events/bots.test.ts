/** Which senders are flagged as bots: crawlers, monitors and driven browsers, by what they say about themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isByBot } from '#shared/events/bots.ts';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

test('crawlers, monitors, previews and driven browsers are bots; people, libraries and servers are not', () => {
  const bots = [
    GOOGLEBOT,
    'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
    'facebookexternalhit/1.1',
    'UptimeRobot-monitor/2.0',
    CHROME.replace('Chrome/', 'HeadlessChrome/'),
    'Mozilla/5.0 PhantomJS/2.1.1',
  ];
  for (const userAgent of bots) assert.ok(isByBot({}, userAgent), userAgent);
  const others = [CHROME, 'okhttp/4.12.0', 'analytics-node/3.1.0', 'node', 'curl/8.5.0', ''];
  for (const userAgent of others) assert.ok(!isByBot({}, userAgent), userAgent);
  assert.ok(!isByBot({}, undefined));
});

test('what an event says of its own sender goes before the request that carried it', () => {
  assert.ok(isByBot({ context: { userAgent: GOOGLEBOT } }, 'analytics-node/3.1.0'));
  assert.ok(!isByBot({ context: { userAgent: CHROME } }, GOOGLEBOT));
  assert.ok(isByBot({ context: { userAgent: 17 } }, GOOGLEBOT));
  assert.ok(isByBot({ context: null }, GOOGLEBOT));
});

test('any event and any user agent have an answer, which does not change', () => {
  fc.assert(
    fc.property(fc.anything(), fc.option(fc.string({ maxLength: 3000 }), { nil: undefined }), (event, userAgent) => {
      assert.equal(isByBot(event, userAgent), isByBot(event, userAgent));
    }),
  );
});
