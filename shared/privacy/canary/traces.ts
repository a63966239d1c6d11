// Owns what a personal value looks like in bytes: as it is, encoded, and as plain hashes of it; and finding any of that.
import { createHash } from 'node:crypto';
import { constants, inflateRawSync } from 'node:zlib';

/** Finds traces of a fixed set of values in bytes. */
export interface TraceFinder {
  /** Names of the traces found, such as `email of Ada as sha256 hex`; never the values. */
  find(bytes: Uint8Array): readonly string[];
}

export interface NamedValue {
  /** Names the value in what a failing test says. */
  readonly name: string;
  readonly value: string;
}

interface Pattern {
  readonly name: string;
  readonly bytes: Buffer;
}

const DIGESTS = ['sha256', 'sha1', 'md5', 'sha512'] as const;
/** A pattern is told by its first bytes; shorter ones would be found everywhere. */
const KEY_BYTES = 4;
/** Cores of base64 that are shorter say little. */
const MIN_CORE_CHARACTERS = 10;
const MAX_INFLATED_BYTES = 256 * 1024 * 1024;
/** How compressed bytes begin, and how long that is: gzip without optional parts, and zlib at each level. */
const COMPRESSED = [
  { magic: Buffer.from([0x1f, 0x8b, 0x08]), headBytes: 10 },
  ...[0x01, 0x5e, 0x9c, 0xda].map((level) => ({ magic: Buffer.from([0x78, level]), headBytes: 2 })),
];

export function createTraceFinder(values: readonly NamedValue[]): TraceFinder {
  const byKey = new Map<number, Pattern[]>();
  /** Which keys may begin a pattern: most positions are passed over by one look at this. */
  const likely = new Uint8Array(1 << 16);
  for (const pattern of values.flatMap(patternsOf)) {
    const key = pattern.bytes.readUInt32LE(0);
    byKey.set(key, [...(byKey.get(key) ?? []), pattern]);
    likely[(key ^ (key >>> 16)) & 0xffff] = 1;
  }

  const findRaw = (bytes: Buffer, found: Set<string>): void => {
    for (let at = 0; at + KEY_BYTES <= bytes.length; at += 1) {
      const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
      const high = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8);
      if (likely[(low ^ high) & 0xffff] === 0) continue;
      for (const { name, bytes: wanted } of byKey.get((low | (high << 16)) >>> 0) ?? []) {
        if (bytes.compare(wanted, 0, wanted.length, at, Math.min(at + wanted.length, bytes.length)) === 0)
          found.add(name);
      }
    }
  };

  return {
    find(given) {
      const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
      const found = new Set<string>();
      findRaw(bytes, found);
      for (const { magic, headBytes } of COMPRESSED) {
        for (let at = bytes.indexOf(magic); at !== -1; at = bytes.indexOf(magic, at + 1)) {
          const inflated = tryInflate(bytes.subarray(at + headBytes));
          if (inflated !== undefined) findRaw(inflated, found);
        }
      }
      return [...found];
    },
  };
}

function patternsOf(named: NamedValue): readonly Pattern[] {
  // Some encodings leave a value as it is; each form is looked for once, under its first name.
  const patterns = new Map(
    disguisesOf(named)
      .toReversed()
      .map((pattern) => [pattern.bytes.toString('latin1'), pattern]),
  );
  return [...patterns.values()];
}

function disguisesOf({ name, value }: NamedValue): readonly Pattern[] {
  // Digests of the usual normal forms, too: that is how others would look for a person.
  const forms = [...new Set([value, value.toLowerCase(), value.toUpperCase()])];
  return forms.flatMap((form) => [
    { name: `${name} as it is`, bytes: Buffer.from(form) },
    { name: `${name} in UTF-16`, bytes: Buffer.from(form, 'utf16le') },
    { name: `${name} percent-encoded`, bytes: Buffer.from(encodeURIComponent(form)) },
    { name: `${name} escaped for JSON`, bytes: Buffer.from(JSON.stringify(form).slice(1, -1)) },
    { name: `${name} in hex`, bytes: Buffer.from(Buffer.from(form).toString('hex')) },
    ...base64Cores(form).map((core) => ({ name: `${name} in base64`, bytes: Buffer.from(core) })),
    ...DIGESTS.flatMap((digest) => digestPatterns(name, form, digest)),
  ]);
}

function digestPatterns(name: string, value: string, algorithm: (typeof DIGESTS)[number]): readonly Pattern[] {
  const digest = createHash(algorithm).update(value).digest();
  const hex = digest.toString('hex');
  return [
    { name: `${name} as ${algorithm}`, bytes: digest },
    { name: `${name} as ${algorithm} hex`, bytes: Buffer.from(hex) },
    { name: `${name} as ${algorithm} hex`, bytes: Buffer.from(hex.toUpperCase()) },
    { name: `${name} as ${algorithm} base64`, bytes: Buffer.from(digest.toString('base64').replace(/=+$/, '')) },
    { name: `${name} as ${algorithm} base64url`, bytes: Buffer.from(digest.toString('base64url')) },
  ];
}

/**
 * The characters of base64 that only the value decides, for each of the three places in a group of bytes at which it may
 * begin: so it is found within something larger that was encoded.
 */
function base64Cores(value: string): readonly string[] {
  const cores = [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
    const first = Math.ceil((shift * 8) / 6);
    const core = bytes.toString('base64url').slice(first, Math.floor((bytes.length * 8) / 6));
    return [core, core.replaceAll('-', '+').replaceAll('_', '/')];
  });
  return [...new Set(cores)].filter((core) => core.length >= MIN_CORE_CHARACTERS);
}

/** What can be inflated of it, whatever stands behind; undefined when it only looked compressed. */
function tryInflate(bytes: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_INFLATED_BYTES });
  } catch {
    return undefined;
  }
}
