/** Keeps key material sealed at rest, under a key in a file that only this user can read. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface Sealer {
  /** Seals `secret` so that it opens only under the same name. */
  seal(secret: Uint8Array, name: string): Buffer;
  /** @throws when it was sealed under another key or name, or changed */
  open(sealed: Uint8Array, name: string): Buffer;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Reads the key file, or makes it.
 * @throws when the file is there but is not a key
 */
export function openSealer(keyFile: string): Sealer {
  const key = readOrMakeKey(keyFile);
  return {
    seal(secret, name) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(name));
      return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, name) {
      const tagStart = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES)).setAAD(Buffer.from(name));
      decipher.setAuthTag(sealed.subarray(tagStart));
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, tagStart)), decipher.final()]);
    },
  };
}

function readOrMakeKey(keyFile: string): Buffer {
  if (existsSync(keyFile)) {
    const key = readFileSync(keyFile);
    if (key.length !== KEY_BYTES)
      throw new Error(`${keyFile} is not a key file: ${key.length} bytes, not ${KEY_BYTES}`);
    chmodSync(keyFile, 0o600);
    return key;
  }
  const key = randomBytes(KEY_BYTES);
  const temporary = `${keyFile}.new`;
  // On disk before anything is sealed under it: losing it would lose every key.
  writeFileSync(temporary, key, { mode: 0o600, flush: true });
  renameSync(temporary, keyFile);
  const folder = openSync(dirname(keyFile), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return key;
}
