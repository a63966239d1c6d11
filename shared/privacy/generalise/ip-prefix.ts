// Owns cutting an address to its network: /24 of an IPv4 address, /48 of an IPv6 address, never the host.

/** What stands for a text that is no address. */
export const UNKNOWN_NETWORK = 'unknown';

const IPV6_GROUPS = 8;
/** The first group of 6to4 (RFC 3056), whose next two groups are a whole IPv4 address: within the /48, so it has to be cut itself. */
const SIX_TO_FOUR = 0x2002;

/**
 * The network of an address: `203.0.113.0/24`, `2001:db8:1::/48`. An IPv4 address inside an IPv6 one (mapped, 6to4) counts as
 * IPv4. Total: whatever is no address is `unknown`.
 */
export function ipPrefix(address: string): string {
  const text = address.trim();
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return network4(ipv4);
  const groups = parseIpv6(text);
  if (groups === undefined) return UNKNOWN_NETWORK;
  const embedded = embeddedIpv4(groups);
  return embedded === undefined ? network6(groups) : network4(embedded);
}

function network4([a, b, c]: readonly number[]): string {
  return `${a}.${b}.${c}.0/24`;
}

/** RFC 5952: lower-case hexadecimal without leading zeros, the longest run of zeros as `::`; after a /48 the rest is zeros. */
function network6(groups: readonly number[]): string {
  const kept = groups.slice(0, 3);
  while (kept.at(-1) === 0) kept.pop();
  return `${kept.map((group) => group.toString(16)).join(':')}::/48`;
}

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || text.length > 15) return undefined;
  const bytes = parts.map((part) => (/^(0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

/** The eight groups of an IPv6 address; a zone (`%eth0`) is left off. */
function parseIpv6(text: string): readonly number[] | undefined {
  const address = text.split('%', 1)[0] ?? '';
  if (address.length > 45 || !address.includes(':')) return undefined;
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (head === undefined || tail === undefined) return undefined;
  if (halves.length === 1) return head.length === IPV6_GROUPS ? head : undefined;
  const zeros = IPV6_GROUPS - head.length - tail.length;
  return zeros < 1 ? undefined : [...head, ...Array.from({ length: zeros }, () => 0), ...tail];
}

/** The groups of one side of `::`; the last may be an IPv4 address, which makes two. */
function groupsOf(side: string): readonly number[] | undefined {
  if (side === '') return [];
  const groups: number[] = [];
  const parts = side.split(':');
  for (const [index, part] of parts.entries()) {
    const ipv4 = index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (ipv4 !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

function embeddedIpv4(groups: readonly number[]): readonly number[] | undefined {
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return bytesOf(groups[6], groups[7]);
  return groups[0] === SIX_TO_FOUR ? bytesOf(groups[1], groups[2]) : undefined;
}

function bytesOf(high = 0, low = 0): readonly number[] {
  return [high >>> 8, high & 255, low >>> 8, low & 255];
}
