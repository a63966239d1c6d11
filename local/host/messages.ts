/** Conversions between proto messages on the wire, plain objects in handlers, and proto3 JSON. */
import type protobuf from 'protobufjs';
import { fromProto3JSON, toProto3JSON, type JSONValue } from 'proto3-json-serializer';
import { ApiError } from '../primitives/errors.ts';
import { isObject } from '../primitives/json-object.ts';
import { shapedJson } from './json-shape.ts';

/** The shape handlers see; see `UnaryMethod`. */
const PLAIN: protobuf.IConversionOptions = {
  longs: String,
  enums: String,
  bytes: Buffer,
  defaults: true,
  oneofs: true,
};

/** @throws ApiError INVALID_ARGUMENT for bytes that are not such a message */
export function decodeMessage(type: protobuf.Type, bytes: Uint8Array): object {
  try {
    return type.toObject(type.decode(bytes), PLAIN);
  } catch {
    throw new ApiError('INVALID_ARGUMENT', `Request is not a valid ${type.name}.`);
  }
}

/** Wire bytes of a handler's plain reply. */
export function encodeMessage(type: protobuf.Type, plain: object): Buffer {
  return wireBytes(type, type.fromObject(plain));
}

/**
 * A plain request from proto3 JSON.
 * @throws ApiError INVALID_ARGUMENT in the words of Google's front end for unknown names and mistyped values
 */
export function messageFromJson(type: protobuf.Type, json: Record<string, unknown>): object {
  return withProtoMasks(type, type.toObject(parseJson(type, json), PLAIN));
}

/**
 * The wire bytes of a request from proto3 JSON, with the fields that the client set and no others.
 * @throws ApiError INVALID_ARGUMENT as `messageFromJson`
 */
export function bytesFromJson(type: protobuf.Type, json: Record<string, unknown>): Buffer {
  return wireBytes(type, parseJson(type, json));
}

function parseJson(type: protobuf.Type, json: Record<string, unknown>): protobuf.Message {
  const shaped = shapedJson(type, json);
  try {
    return fromProto3JSON(type, shaped as JSONValue) ?? type.create();
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/^fromProto3JSON\w*: /, '') : 'malformed value';
    throw new ApiError('INVALID_ARGUMENT', `Invalid JSON payload received. ${problem}`);
  }
}

function wireBytes(type: protobuf.Type, message: protobuf.Message): Buffer {
  const bytes = type.encode(message).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Proto3 JSON of a handler's plain reply. */
export function messageToJson(type: protobuf.Type, plain: object, numericEnums: boolean): unknown {
  return toProto3JSON(type.fromObject(plain), { numericEnums });
}

/** A `google.protobuf.Any` that holds `plain` as a message of `typeName` (`google.cloud.workflows.v1.Workflow`). */
export function packAny(
  root: protobuf.Root,
  typeName: string,
  plain: object,
): { readonly type_url: string; readonly value: Buffer } {
  return {
    type_url: `type.googleapis.com/${typeName}`,
    value: encodeMessage(root.lookupType(typeName), plain),
  };
}

/** `{seconds, nanos}` of epoch milliseconds, as handlers give Timestamps. */
export function toTimestamp(epochMs: number): { readonly seconds: string; readonly nanos: number } {
  const seconds = Math.floor(epochMs / 1000);
  return { seconds: String(seconds), nanos: Math.round((epochMs - seconds * 1000) * 1e6) };
}

/** Epoch milliseconds of a Timestamp as handlers see it; undefined when it was not set. */
export function fromTimestamp(value: { seconds: string; nanos: number } | null | undefined): number | undefined {
  return value ? Number(value.seconds) * 1000 + value.nanos / 1e6 : undefined;
}

/** Milliseconds of a Duration as handlers see it; undefined when it was not set. */
export function fromDuration(value: { seconds: string; nanos: number } | null | undefined): number | undefined {
  return fromTimestamp(value);
}

/** Field masks name fields in camelCase in JSON, and as the proto does everywhere else. Source: google/protobuf/field_mask.proto */
function withProtoMasks(type: protobuf.Type, plain: Record<string, unknown>): object {
  for (const field of type.fieldsArray) {
    const mask = plain[field.name];
    if (field.resolvedType?.fullName !== '.google.protobuf.FieldMask' || !isObject(mask)) continue;
    const paths = Array.isArray(mask['paths']) ? mask['paths'].map(String) : [];
    mask['paths'] = paths.map((path) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  }
  return plain;
}
