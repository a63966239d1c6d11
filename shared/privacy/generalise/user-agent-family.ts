// Owns reducing a user agent to its family: one of a few names that millions share, never a version or a device.

/** What stands for an agent that no row knows. */
export const OTHER_FAMILY = 'Other';

/** Only this much of the text is looked at. */
const MAX_CHARS = 1024;

/**
 * The first row of which a mark occurs decides; the order matters, because browsers name each other: Edge says Chrome and
 * Safari too, Chrome says Safari. Marks are in lower case.
 */
const FAMILIES: readonly (readonly [family: string, marks: readonly string[]])[] = [
  [
    'Bot',
    [
      'bot/',
      'bot;',
      'bot ',
      'bot)',
      'bot-',
      'crawler',
      'spider',
      'slurp',
      'mediapartners',
      'facebookexternalhit',
      'archiver',
      'preview',
      'monitor',
      'lighthouse',
    ],
  ],
  ['Feed reader', ['feed', 'rss', 'universalfeedparser', 'netnewswire', 'newsblur', 'tiny tiny']],
  ['Text browser', ['lynx/', 'links (', 'w3m/', 'elinks']],
  [
    'Library',
    [
      'curl/',
      'wget/',
      'python',
      'java/',
      'okhttp',
      'go-http-client',
      'axios',
      'node-fetch',
      'undici',
      'libwww',
      'ruby',
      'perl',
      'php/',
      'apache-httpclient',
      'postmanruntime',
      'dart/',
      'guzzle',
    ],
  ],
  // A program that leaves an address to write to is nobody's browser.
  ['Bot', ['+http', 'bots']],
  ['Edge', ['edg/', 'edge/', 'edga/', 'edgios/']],
  ['Opera', ['opr/', 'opera', 'opios/']],
  ['Samsung Internet', ['samsungbrowser/']],
  ['Yandex', ['yabrowser/']],
  ['UC Browser', ['ucbrowser/', 'ucweb']],
  ['Firefox', ['firefox/', 'fxios/', 'iceweasel/', 'seamonkey/']],
  ['Chrome', ['chrome/', 'crios/', 'chromium/', 'headlesschrome/']],
  ['Internet Explorer', ['msie ', 'trident/']],
  ['Android Browser', ['android']],
  ['Safari', ['safari/', 'applewebkit/']],
  ['Konqueror', ['konqueror', 'khtml/']],
  ['Mozilla', ['gecko/', 'mozilla/']],
];

/** The family of a user agent, such as `Firefox`. Total: what no row knows is `Other`. */
export function userAgentFamily(userAgent: string): string {
  const text = userAgent.slice(0, MAX_CHARS).toLowerCase();
  const row = FAMILIES.find(([, marks]) => marks.some((mark) => text.includes(mark)));
  if (row !== undefined) return row[0];
  return text.endsWith('bot') ? 'Bot' : OTHER_FAMILY;
}

/** Every name that can come out, for the documentation and as an enumeration. */
export const USER_AGENT_FAMILIES: readonly string[] = [...new Set(FAMILIES.map(([family]) => family)), OTHER_FAMILY];
