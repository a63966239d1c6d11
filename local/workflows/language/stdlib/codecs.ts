/** `base64`, `hash` and `json`: values to bytes and back. */
import { createHash, createHmac } from 'node:crypto';
import { raise } from '../errors.ts';
import { checkedString } from '../expressions/operators.ts';
import { decodeJson, encodeJson, type JsonLayout } from '../values/json.ts';
import { isMap, type Value } from '../values/value.ts';
import { pure, type Arguments, type StandardFunction } from './function.ts';

export const CODECS: readonly StandardFunction[] = [
  pure('base64.encode(data, padding?)', (args) => encodeBase64(args)),
  pure('base64.decode(data, padding?)', (args) => decodeBase64(args)),
  pure('hash.compute_checksum(data, algorithm)', (args) => checksum(args)),
  pure('hash.compute_hmac(key, data, algorithm)', (args) => hmac(args)),
  pure('json.encode(data, indent?)', (args) => new Uint8Array(Buffer.from(jsonText(args), 'utf8'))),
  pure('json.encode_to_string(data, indent?)', (args) => checkedString(jsonText(args))),
  pure('json.decode(data)', (args) => decode(args)),
];

function encodeBase64(args: Arguments): Value {
  const text = Buffer.from(args.bytes('data')).toString('base64');
  return checkedString(args.booleanOr('padding', true) ? text : text.replaceAll('=', ''));
}

function decodeBase64(args: Arguments): Value {
  const data = args.string('data');
  const padded = args.booleanOr('padding', true);
  const isBase64 = padded
    ? /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data)
    : /^[A-Za-z0-9+/]*$/.test(data) && data.length % 4 !== 1;
  return isBase64 ? new Uint8Array(Buffer.from(data, 'base64')) : args.invalid('data', 'is not base64');
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
};

function algorithm(args: Arguments): string {
  const name = args.string('algorithm');
  const allowed = Object.keys(ALGORITHMS).join(', ');
  return ALGORITHMS[name.toUpperCase()] ?? args.invalid('algorithm', `is '${name}'; it must be one of ${allowed}`);
}

function checksum(args: Arguments): Value {
  return new Uint8Array(createHash(algorithm(args)).update(args.bytes('data')).digest());
}

function hmac(args: Arguments): Value {
  return new Uint8Array(createHmac(algorithm(args), args.bytes('key')).update(args.bytes('data')).digest());
}

function jsonText(args: Arguments): string {
  const encoded = encodeJson(args.value('data'), layout(args));
  return encoded.kind === 'text' ? encoded.text : raise('TypeError', encoded.message);
}

/** `true` for two spaces, or a map of what to start lines with and to indent by. */
function layout(args: Arguments): JsonLayout | undefined {
  const indent = args.value('indent');
  if (indent === null || indent === false) return undefined;
  if (indent === true) return { prefix: '', indent: '  ' };
  if (!isMap(indent)) return args.refuse('indent', 'a boolean or a dict');
  return { prefix: layoutText(args, indent.get('prefix')), indent: layoutText(args, indent.get('indent')) };
}

function layoutText(args: Arguments, value: Value = ''): string {
  return typeof value === 'string' ? value : args.refuse('indent', "a dict of strings 'prefix' and 'indent'");
}

function decode(args: Arguments): Value {
  const data = args.value('data');
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return args.refuse('data', 'bytes or a string');
  const decoded = decodeJson(typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
  return decoded.kind === 'value' ? decoded.value : args.invalid('data', `is not JSON: ${decoded.message}`);
}
