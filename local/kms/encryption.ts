/** Encrypt and decrypt. The ciphertext names the key and the version that made it. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type GrpcMethod, unary } from '../host/service.ts';
import type { Store } from '../primitives/store.ts';
import { crc32c, type Int64Value, verified } from './checksums.ts';
import { type KeyRow, requireKey, requireVersion } from './key-store.ts';
import { MAX_AAD_BYTES, MAX_PLAINTEXT_BYTES } from './limits.ts';
import { checkedName, versionName, type VersionName, versionNameIn } from './names.ts';
import { invalid, noPrimary, wrongPurpose } from './refusals.ts';
import type { Sealer } from './sealing.ts';
import { usableMaterial } from './usable.ts';

interface EncryptRequest {
  readonly name: string;
  readonly plaintext: Buffer;
  readonly additionalAuthenticatedData: Buffer;
  readonly plaintextCrc32c: Int64Value | null;
  readonly additionalAuthenticatedDataCrc32c: Int64Value | null;
}

interface DecryptRequest {
  readonly name: string;
  readonly ciphertext: Buffer;
  readonly additionalAuthenticatedData: Buffer;
  readonly ciphertextCrc32c: Int64Value | null;
  readonly additionalAuthenticatedDataCrc32c: Int64Value | null;
}

// Layout of a ciphertext: magic, uid of the key, number of the version, IV, AES-256-GCM ciphertext, tag. Google's own
// layout is not published; only its opaqueness and its first two bytes are alike.
const MAGIC = Buffer.from([0x0a, 0x24]);
const UID_BYTES = 16;
const NUMBER_AT = MAGIC.length + UID_BYTES;
const IV_AT = NUMBER_AT + 4;
const HEADER_BYTES = IV_AT + 12;
const TAG_BYTES = 16;

export function encryptionMethods(store: Store, sealer: Sealer): Record<string, GrpcMethod> {
  return {
    Encrypt: unary((request: EncryptRequest) => encrypt(store, sealer, request)),
    Decrypt: unary((request: DecryptRequest) => decrypt(store, sealer, request)),
  };
}

const AAD_FIELDS = { checksum: 'additional_authenticated_data_crc32c', data: 'additional_authenticated_data' };

function encrypt(store: Store, sealer: Sealer, request: EncryptRequest): object {
  const { plaintext, additionalAuthenticatedData: aad } = request;
  atMost(plaintext, MAX_PLAINTEXT_BYTES, 'plaintext');
  atMost(aad, MAX_AAD_BYTES, 'additional_authenticated_data');
  const plaintextFields = { checksum: 'plaintext_crc32c', data: 'plaintext' };
  const verifiedPlaintext = verified(request.plaintextCrc32c, plaintext, plaintextFields);
  const verifiedAad = verified(request.additionalAuthenticatedDataCrc32c, aad, AAD_FIELDS);

  const { key, version } = encryptingVersion(store, request.name);
  const material = usableMaterial(sealer, requireVersion(store, version));
  const iv = randomBytes(HEADER_BYTES - IV_AT);
  const header = Buffer.concat([MAGIC, key.uid, uint32(version.number), iv]);
  const cipher = createCipheriv('aes-256-gcm', material, iv).setAAD(Buffer.concat([header, aad]));
  const ciphertext = Buffer.concat([header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return {
    name: versionName(version),
    ciphertext,
    ciphertextCrc32c: crc32c(ciphertext),
    verifiedPlaintextCrc32c: verifiedPlaintext,
    verifiedAdditionalAuthenticatedDataCrc32c: verifiedAad,
    protectionLevel: 'SOFTWARE',
  };
}

/** The version that a name stands for: itself, or the primary one of a key. */
function encryptingVersion(store: Store, name: string): { readonly key: KeyRow; readonly version: VersionName } {
  const named = versionNameIn(name);
  const key = encryptionKey(store, named?.key ?? name);
  if (named !== undefined) return { key, version: named };
  if (key.primary_number === null) throw noPrimary(key.name);
  return { key, version: { key: key.name, number: key.primary_number } };
}

function encryptionKey(store: Store, name: string): KeyRow {
  const key = requireKey(store, checkedName('crypto key', name));
  if (key.purpose !== 'ENCRYPT_DECRYPT') throw wrongPurpose(key.name, key.purpose, 'ENCRYPT_DECRYPT');
  return key;
}

function decrypt(store: Store, sealer: Sealer, request: DecryptRequest): object {
  const { ciphertext, additionalAuthenticatedData: aad } = request;
  atMost(aad, MAX_AAD_BYTES, 'additional_authenticated_data');
  verified(request.ciphertextCrc32c, ciphertext, { checksum: 'ciphertext_crc32c', data: 'ciphertext' });
  verified(request.additionalAuthenticatedDataCrc32c, aad, AAD_FIELDS);

  const key = encryptionKey(store, request.name);
  if (ciphertext.length < HEADER_BYTES + TAG_BYTES || !ciphertext.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw unreadable();
  }
  if (!ciphertext.subarray(MAGIC.length, NUMBER_AT).equals(key.uid)) {
    throw invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.");
  }
  const number = ciphertext.readUInt32BE(NUMBER_AT);
  const material = usableMaterial(sealer, requireVersion(store, { key: key.name, number }));
  const plaintext = open(material, ciphertext, aad);
  return {
    plaintext,
    plaintextCrc32c: crc32c(plaintext),
    usedPrimary: number === key.primary_number,
    protectionLevel: 'SOFTWARE',
  };
}

function open(material: Buffer, ciphertext: Buffer, aad: Buffer): Buffer {
  const header = ciphertext.subarray(0, HEADER_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', material, header.subarray(IV_AT));
  decipher.setAAD(Buffer.concat([header, aad]));
  decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(HEADER_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw unreadable();
  }
}

function unreadable(): Error {
  return invalid('Decryption failed: the ciphertext is invalid.');
}

function atMost(data: Buffer, maxBytes: number, field: string): void {
  if (data.length > maxBytes)
    throw invalid(`Field ${field} is ${data.length} bytes long; at most ${maxBytes} are allowed.`);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
