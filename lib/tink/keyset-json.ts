// Owns the JSON form of a keyset: what KEYS.KEYSET_FROM_JSON reads, KEYS.KEYSET_TO_JSON writes, and tinkey prints.
// Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/aead_encryption_functions#keyskeyset_from_json
import { checkKeyset, KEY_STATUSES, OUTPUT_PREFIXES } from './keyset.ts';
import type { Keyset, KeysetOutcome, KeysetProblem, TinkKey } from './keyset.ts';
import { decodeKeyValue, encodeKeyValue, materialTypeOf, typeUrlOf } from './keyset-binary.ts';

/** KeyData.KeyMaterialType of tink.proto; the position is the number on the wire. */
const MATERIAL_TYPES = [
  'UNKNOWN_KEYMATERIAL',
  'SYMMETRIC',
  'ASYMMETRIC_PRIVATE',
  'ASYMMETRIC_PUBLIC',
  'REMOTE',
] as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAX_UINT32 = 0xffff_ffff;

/** The keyset as JSON text. It holds the keys in the clear. */
export function keysetToJson(keyset: Keyset): string {
  return JSON.stringify({
    key: keyset.keys.map((key) => ({
      keyData: {
        keyMaterialType: MATERIAL_TYPES[materialTypeOf(key.material)],
        typeUrl: typeUrlOf(key.material),
        value: encodeKeyValue(key.material).toString('base64'),
      },
      keyId: key.id,
      outputPrefixType: key.prefix,
      status: key.status,
    })),
    primaryKeyId: keyset.primaryKeyId,
  });
}

/** Reads the JSON form; unknown members are ignored. */
export function keysetFromJson(text: string): KeysetOutcome {
  const root = parseObject(text);
  const primaryKeyId = uint32(root?.['primaryKeyId']);
  const listed = root?.['key'];
  if (root === undefined || primaryKeyId === undefined || (listed !== undefined && !Array.isArray(listed))) {
    return { kind: 'invalid', problem: 'malformed' };
  }
  const keys: TinkKey[] = [];
  for (const each of listed ?? []) {
    const key = keyOf(each);
    if (typeof key === 'string') return { kind: 'invalid', problem: key };
    keys.push(key);
  }
  return checkKeyset({ primaryKeyId, keys });
}

function keyOf(value: unknown): TinkKey | KeysetProblem {
  const key = asObject(value);
  const data = asObject(key?.['keyData']);
  const id = uint32(key?.['keyId']);
  if (key === undefined || data === undefined || id === undefined) return 'malformed';
  const status = KEY_STATUSES.find((each) => each === key['status']);
  const prefix = OUTPUT_PREFIXES.find((each) => each === key['outputPrefixType']);
  if (status === undefined) return 'bad-status';
  if (prefix === undefined) return 'bad-prefix';
  const [typeUrl, encoded] = [data['typeUrl'], data['value']];
  if (typeof typeUrl !== 'string' || typeof encoded !== 'string' || !BASE64.test(encoded)) return 'malformed';
  const materialType = MATERIAL_TYPES.findIndex((each) => each === data['keyMaterialType']);
  if (materialType < 0 || (encoded === '' && status !== 'DESTROYED')) return 'bad-key';
  const material = decodeKeyValue(typeUrl, Buffer.from(encoded, 'base64'), materialType);
  return typeof material === 'string' ? material : { id, status, prefix, material };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    // The text is the caller's; that it is no JSON is an expected case with an outcome of its own.
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function uint32(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_UINT32 ? Number(value) : undefined;
}
