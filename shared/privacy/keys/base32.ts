// Owns base32 by RFC 4648, in lower case and without padding: tokens that survive URLs, object names and case-blind tools.

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** Two characters for every 10 bits, so that a 26-character token takes 13 look-ups. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => `${ALPHABET[bits >>> 5]}${ALPHABET[bits & 31]}`);

/** Base32 of the first `count` bytes of a binary string (one character from U+0000 to U+00FF a byte): 26 characters for 16 bytes, 52 for 32. */
export function base32(binary: string, count: number): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (let at = 0; at < count; at += 1) {
    bits = ((bits << 8) | binary.charCodeAt(at)) & 0x3ffff;
    held += 8;
    if (held >= 10) {
      held -= 10;
      text += PAIRS[(bits >>> held) & 1023];
    }
  }
  if (held === 0) return text;
  const rest = PAIRS[(bits << (10 - held)) & 1023] ?? '';
  return text + rest.slice(0, Math.ceil(held / 5));
}
