// Owns UUIDs that sort by time: version 7 of RFC 9562, section 5.7.

const RANDOM_BYTES = 10;

/** A UUID of version 7 for a moment. `random` gives so many random bytes. */
export function uuidV7(epochMs: number, random: (bytes: number) => Uint8Array): string {
  const time = epochMs.toString(16).padStart(12, '0');
  const noise = Buffer.from(random(RANDOM_BYTES)).toString('hex');
  // The variant is the two bits 10 before the second half of the randomness.
  const variant = (8 + (Number.parseInt(noise.charAt(3), 16) & 3)).toString(16);
  const groups = [
    time.slice(0, 8),
    time.slice(8),
    `7${noise.slice(0, 3)}`,
    `${variant}${noise.slice(4, 7)}`,
    noise.slice(7, 19),
  ];
  return groups.join('-');
}
