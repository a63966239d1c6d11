// Owns the binary form of a keyset, a serialised google.crypto.tink.Keyset: what BigQuery's KEYS functions read and write.
import {
  AES_GCM_TYPE_URL,
  AES_SIV_TYPE_URL,
  checkKeyset,
  hasAllowedSize,
  KEY_STATUSES,
  OUTPUT_PREFIXES,
} from './keyset.ts';
import type { KeyMaterial, Keyset, KeysetOutcome, KeysetProblem, TinkKey } from './keyset.ts';
import { readFields, writeMessage } from './wire.ts';
import type { WireField, WireMessage } from './wire.ts';

// Field numbers of tink.proto, aes_gcm.proto and aes_siv.proto.
const KEYSET = { primaryKeyId: 1, key: 2 } as const;
const KEY = { keyData: 1, status: 2, keyId: 3, outputPrefixType: 4 } as const;
const KEY_DATA = { typeUrl: 1, value: 2, keyMaterialType: 3 } as const;
const AES_GCM_KEY = { version: 1, keyValue: 3 } as const;
const AES_SIV_KEY = { version: 1, keyValue: 2 } as const;
const SYMMETRIC = 1;

/** The serialised keyset: secret bytes, in memory of its own that the caller can wipe. */
export function encodeKeyset(keyset: Keyset): Buffer {
  return writeMessage([
    [KEYSET.primaryKeyId, keyset.primaryKeyId],
    ...keyset.keys.map((key) => [KEYSET.key, keyMessage(key)] as const),
  ]);
}

/** Reads a serialised keyset. Key bytes are copies: wiping the input leaves the keyset usable, and the other way round. */
export function decodeKeyset(bytes: Buffer): KeysetOutcome {
  const fields = readFields(bytes);
  if (fields === undefined) return { kind: 'invalid', problem: 'malformed' };
  const keys: TinkKey[] = [];
  for (const field of fields) {
    if (field.kind !== 'bytes' || field.number !== KEYSET.key) continue;
    const key = decodeKey(field.bytes);
    if (typeof key === 'string') return { kind: 'invalid', problem: key };
    keys.push(key);
  }
  return checkKeyset({ primaryKeyId: numberOf(fields, KEYSET.primaryKeyId), keys });
}

/** The inner key message of a key (KeyData.value), which the JSON form carries as base64. */
export function encodeKeyValue(material: KeyMaterial): Buffer {
  const value = keyValue(material);
  return Buffer.isBuffer(value) ? value : writeMessage(value);
}

/** Reads KeyData.value by its type; a problem when the type is known and the value does not obey it. */
export function decodeKeyValue(typeUrl: string, value: Buffer, materialType: number): KeyMaterial | KeysetProblem {
  if (value.length === 0 || (typeUrl !== AES_GCM_TYPE_URL && typeUrl !== AES_SIV_TYPE_URL)) {
    return { type: 'other', typeUrl, value: Buffer.from(value), materialType };
  }
  if (materialType !== SYMMETRIC) return 'bad-key';
  const layout = typeUrl === AES_GCM_TYPE_URL ? AES_GCM_KEY : AES_SIV_KEY;
  const fields = readFields(value);
  if (fields === undefined || numberOf(fields, layout.version) !== 0) return 'bad-key';
  const key = Buffer.from(bytesOf(fields, layout.keyValue));
  const material: KeyMaterial = typeUrl === AES_GCM_TYPE_URL ? { type: 'aes-gcm', key } : { type: 'aes-siv', key };
  return hasAllowedSize(material) ? material : 'bad-key';
}

/** The type URL of a key. */
export function typeUrlOf(material: KeyMaterial): string {
  if (material.type === 'other') return material.typeUrl;
  return material.type === 'aes-gcm' ? AES_GCM_TYPE_URL : AES_SIV_TYPE_URL;
}

/** The number of KeyData.KeyMaterialType. */
export function materialTypeOf(material: KeyMaterial): number {
  return material.type === 'other' ? material.materialType : SYMMETRIC;
}

function keyMessage(key: TinkKey): WireMessage {
  const keyData: WireMessage = [
    [KEY_DATA.typeUrl, Buffer.from(typeUrlOf(key.material), 'utf8')],
    [KEY_DATA.value, keyValue(key.material)],
    [KEY_DATA.keyMaterialType, materialTypeOf(key.material)],
  ];
  return [
    [KEY.keyData, keyData],
    [KEY.status, KEY_STATUSES.indexOf(key.status) + 1],
    [KEY.keyId, key.id],
    [KEY.outputPrefixType, OUTPUT_PREFIXES.indexOf(key.prefix) + 1],
  ];
}

function keyValue(material: KeyMaterial): Buffer | WireMessage {
  if (material.type === 'other') return material.value;
  // Version 0 is the only one there is, and proto3 leaves zero out.
  return [[(material.type === 'aes-gcm' ? AES_GCM_KEY : AES_SIV_KEY).keyValue, material.key]];
}

function decodeKey(bytes: Buffer): TinkKey | KeysetProblem {
  const fields = readFields(bytes);
  const keyData = fields === undefined ? undefined : readFields(bytesOf(fields, KEY.keyData));
  if (fields === undefined || keyData === undefined) return 'malformed';
  const status = KEY_STATUSES[numberOf(fields, KEY.status) - 1];
  const prefix = OUTPUT_PREFIXES[numberOf(fields, KEY.outputPrefixType) - 1];
  if (status === undefined) return 'bad-status';
  if (prefix === undefined) return 'bad-prefix';
  const typeUrl = bytesOf(keyData, KEY_DATA.typeUrl).toString('utf8');
  const value = bytesOf(keyData, KEY_DATA.value);
  if (value.length === 0 && status !== 'DESTROYED') return 'bad-key';
  const material = decodeKeyValue(typeUrl, value, numberOf(keyData, KEY_DATA.keyMaterialType));
  if (typeof material === 'string') return material;
  return { id: numberOf(fields, KEY.keyId), status, prefix, material };
}

/** The last value of a number field, or proto3's default. */
function numberOf(fields: readonly WireField[], number: number): number {
  const field = fields.findLast((each) => each.kind === 'varint' && each.number === number);
  return field?.kind === 'varint' ? field.value : 0;
}

/** The last value of a bytes field, or proto3's default. */
function bytesOf(fields: readonly WireField[], number: number): Buffer {
  const field = fields.findLast((each) => each.kind === 'bytes' && each.number === number);
  return field?.kind === 'bytes' ? field.bytes : Buffer.alloc(0);
}
