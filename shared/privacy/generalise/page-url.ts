// Owns reducing the address of a page to what all its visitors share: scheme, host and path, and nothing that names one of them.

/** What stands for a text that is no address of a page. */
export const UNKNOWN_URL = 'unknown';
/** What stands for a part of the address that may name a person or a machine. */
const HIDDEN = '*';

/** Schemes whose host says which site or app it was. `file:` and the like say where on a person's own machine. */
const SCHEMES = new Set(['http', 'https', 'android-app', 'ios-app']);
const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)/i;
const HOST = /^[a-z0-9_.-]{1,253}$/;
const MAX_SEGMENT_CHARS = 80;

/** An IPv4 address with dots, dashes or underscores, as providers also put it into the names of their customers' machines. */
const IPV4 = /(?:^|[^0-9])(?:\d{1,3}[._-]){3}\d{1,3}(?:$|[^0-9])/;
/** An IPv6 address, or enough of one. */
const IPV6 = /(?:[0-9a-f]{0,4}:){3}/i;
/** Seven digits or more in a row: numbers of people, orders, telephones. */
const LONG_NUMBER = /\d{7}/;
/** Eight digits that are a day of these centuries name no one. */
const DAY_NUMBER = /(^|\D)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?=$|\D)/g;
/** Sixteen hexadecimal digits or more, with or without dashes: digests, UUIDs and other keys. */
const LONG_HEX = /(?:[0-9a-f]-?){16}/i;
/** Segments after which a person's name comes. */
const NAMES_PERSON = new Set([
  'user',
  'users',
  'u',
  'profile',
  'profiles',
  'people',
  'person',
  'member',
  'members',
  'account',
  'accounts',
  'home',
]);

/**
 * An address without user, query and fragment, in which each part of the path that may name a person or a machine, and a host
 * that is an address itself, is `*`. A path alone stays a path. Total: anything else is `unknown`.
 */
export function pageUrl(url: string): string {
  const text = url.trim();
  if (text.startsWith('/') && !text.startsWith('//')) return pagePath(text.split(/[?#]/, 1)[0] ?? '');
  const match = ABSOLUTE.exec(text);
  const [scheme, authority, path] = [match?.[1]?.toLowerCase() ?? '', match?.[2] ?? '', match?.[3] ?? ''];
  if (!SCHEMES.has(scheme)) return UNKNOWN_URL;
  const host = authority
    .slice(authority.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/:\d{0,5}$/, '');
  if (host.startsWith('[') || IPV4.test(host)) return `${scheme}://${HIDDEN}${pagePath(path)}`;
  return HOST.test(host) ? `${scheme}://${host}${pagePath(path)}` : UNKNOWN_URL;
}

function pagePath(path: string): string {
  let afterPerson = false;
  const segments = path.split('/').map((segment) => {
    const own = segment.split(';', 1)[0] ?? '';
    const hidden = own !== '' && (afterPerson || mayName(own));
    if (own !== '') afterPerson = NAMES_PERSON.has(own.toLowerCase());
    return hidden ? HIDDEN : own;
  });
  return segments.join('/');
}

function mayName(segment: string): boolean {
  const text = decoded(segment);
  if (text === undefined || text.length > MAX_SEGMENT_CHARS || text.startsWith('~')) return true;
  if (/[@=&]/.test(text) || IPV4.test(text) || IPV6.test(text) || LONG_HEX.test(text)) return true;
  return LONG_NUMBER.test(text) && LONG_NUMBER.test(text.replace(DAY_NUMBER, '$1'));
}

/** Decoded twice, because what was encoded twice names a person just the same; undefined when it is no encoding. */
function decoded(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(decodeURIComponent(segment));
  } catch {
    // A broken encoding could hide anything, so the segment is taken for a name.
    return undefined;
  }
}
