/** FarmHash Fingerprint64, which FARM_FINGERPRINT promises for ever. Source: FarmHash (farmhashna), public domain notes. */

const MASK = (1n << 64n) - 1n;
const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;

const multiply = (a: bigint, b: bigint): bigint => (a * b) & MASK;
const add = (a: bigint, b: bigint): bigint => (a + b) & MASK;
const rotate = (value: bigint, shift: bigint): bigint =>
  shift === 0n ? value : ((value >> shift) | (value << (64n - shift))) & MASK;
const shiftMix = (value: bigint): bigint => value ^ (value >> 47n);

/** A string being hashed. */
class Input {
  readonly #view: DataView;
  readonly length: number;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.byteLength;
  }

  word64(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  word32(at: number): bigint {
    return BigInt(this.#view.getUint32(at, true));
  }

  byte(at: number): bigint {
    return BigInt(this.#view.getUint8(at));
  }
}

function mix16(u: bigint, v: bigint, factor: bigint): bigint {
  let a = multiply(u ^ v, factor);
  a ^= a >> 47n;
  let b = multiply(v ^ a, factor);
  b ^= b >> 47n;
  return multiply(b, factor);
}

function hashTo16(s: Input): bigint {
  const { length } = s;
  if (length >= 8) {
    const factor = add(k2, BigInt(length) * 2n);
    const a = add(s.word64(0), k2);
    const b = s.word64(length - 8);
    const c = add(multiply(rotate(b, 37n), factor), a);
    const d = multiply(add(rotate(a, 25n), b), factor);
    return mix16(c, d, factor);
  }
  if (length >= 4) {
    const factor = add(k2, BigInt(length) * 2n);
    return mix16(BigInt(length) + (s.word32(0) << 3n), s.word32(length - 4), factor);
  }
  if (length > 0) {
    const y = s.byte(0) + (s.byte(length >> 1) << 8n);
    const z = BigInt(length) + (s.byte(length - 1) << 2n);
    return multiply(shiftMix(multiply(y, k2) ^ multiply(z, k0)), k2);
  }
  return k2;
}

function hash17To32(s: Input): bigint {
  const { length } = s;
  const factor = add(k2, BigInt(length) * 2n);
  const a = multiply(s.word64(0), k1);
  const b = s.word64(8);
  const c = multiply(s.word64(length - 8), factor);
  const d = multiply(s.word64(length - 16), k2);
  return mix16(add(add(rotate(add(a, b), 43n), rotate(c, 30n)), d), add(add(a, rotate(add(b, k2), 18n)), c), factor);
}

function hash33To64(s: Input): bigint {
  const { length } = s;
  const factor = add(k2, BigInt(length) * 2n);
  const a = multiply(s.word64(0), k2);
  const b = s.word64(8);
  const c = multiply(s.word64(length - 8), factor);
  const d = multiply(s.word64(length - 16), k2);
  const y = add(add(rotate(add(a, b), 43n), rotate(c, 30n)), d);
  const z = mix16(y, add(add(a, rotate(add(b, k2), 18n)), c), factor);
  const e = multiply(s.word64(16), factor);
  const f = s.word64(24);
  const g = multiply(add(y, s.word64(length - 32)), factor);
  const h = multiply(add(z, s.word64(length - 24)), factor);
  return mix16(add(add(rotate(add(e, f), 43n), rotate(g, 30n)), h), add(add(e, rotate(add(f, a), 18n)), g), factor);
}

type Pair = readonly [bigint, bigint];

function weak32(s: Input, at: number, seeds: Pair): Pair {
  const [w, x, y, z] = [s.word64(at), s.word64(at + 8), s.word64(at + 16), s.word64(at + 24)];
  let a = add(seeds[0], w);
  let b = rotate(add(add(seeds[1], a), z), 21n);
  const c = a;
  a = add(add(a, x), y);
  b = add(b, rotate(a, 44n));
  return [add(a, z), add(b, c)];
}

function hashLong(s: Input): bigint {
  const seed = 81n;
  const { length } = s;
  let x = seed;
  let y = add(multiply(seed, k1), 113n);
  let z = multiply(shiftMix(add(multiply(y, k2), 113n)), k2);
  let v: Pair = [0n, 0n];
  let w: Pair = [0n, 0n];
  x = add(multiply(x, k2), s.word64(0));
  const end = Math.floor((length - 1) / 64) * 64;
  const last = end + ((length - 1) & 63) - 63;
  let at = 0;
  do {
    x = multiply(rotate(add(add(add(x, y), v[0]), s.word64(at + 8)), 37n), k1);
    y = multiply(rotate(add(add(y, v[1]), s.word64(at + 48)), 42n), k1);
    x ^= w[1];
    y = add(add(y, v[0]), s.word64(at + 40));
    z = multiply(rotate(add(z, w[0]), 33n), k1);
    v = weak32(s, at, [multiply(v[1], k1), add(x, w[0])]);
    w = weak32(s, at + 32, [add(z, w[1]), add(y, s.word64(at + 16))]);
    [z, x] = [x, z];
    at += 64;
  } while (at !== end);
  const factor = add(k1, (z & 0xffn) << 1n);
  at = last;
  w = [add(w[0], BigInt((length - 1) & 63)), w[1]];
  v = [add(v[0], w[0]), v[1]];
  w = [add(w[0], v[0]), w[1]];
  x = multiply(rotate(add(add(add(x, y), v[0]), s.word64(at + 8)), 37n), factor);
  y = multiply(rotate(add(add(y, v[1]), s.word64(at + 48)), 42n), factor);
  x ^= multiply(w[1], 9n);
  y = add(add(y, multiply(v[0], 9n)), s.word64(at + 40));
  z = multiply(rotate(add(z, w[0]), 33n), factor);
  v = weak32(s, at, [multiply(v[1], factor), add(x, w[0])]);
  w = weak32(s, at + 32, [add(z, w[1]), add(y, s.word64(at + 16))]);
  [z, x] = [x, z];
  return mix16(
    add(add(mix16(v[0], w[0], factor), multiply(shiftMix(y), k0)), z),
    add(mix16(v[1], w[1], factor), x),
    factor,
  );
}

/** The fingerprint of some bytes, as a signed 64-bit integer. */
export function farmFingerprint(bytes: Uint8Array): bigint {
  const s = new Input(bytes);
  const hash =
    s.length <= 16 ? hashTo16(s) : s.length <= 32 ? hash17To32(s) : s.length <= 64 ? hash33To64(s) : hashLong(s);
  return BigInt.asIntN(64, hash);
}
