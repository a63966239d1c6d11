// Owns UUIDs by RFC 9562: those that sort by time (version 7), and those that names have (version 5).
import { hash } from 'node:crypto';

const RANDOM_BYTES = 10;

/** A UUID of version 7 for a moment: section 5.7. `random` gives so many random bytes. */
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

const NAMESPACE_BYTES = 16;

/** The UUID of a name within a namespace, which is a UUID itself: version 5 of RFC 9562, section 5.5. Equal names, equal UUIDs. */
export function uuidV5(namespace: string, name: string): string {
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  if (space.length !== NAMESPACE_BYTES) throw new TypeError('the namespace is no UUID');
  const digest = hash('sha1', Buffer.concat([space, Buffer.from(name, 'utf8')]), 'hex');
  const variant = (8 + (Number.parseInt(digest.charAt(16), 16) & 3)).toString(16);
  const groups = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
  ];
  return [...groups, digest.slice(20, 32)].join('-');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a UUID, of whatever version. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
