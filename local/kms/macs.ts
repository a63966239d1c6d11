/** macSign, macVerify and generateRandomBytes. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type GrpcMethod, unary } from '../host/service.ts';
import type { Store } from '../primitives/store.ts';
import { algorithmNamed } from './algorithms.ts';
import { crc32c, type Int64Value, verified } from './checksums.ts';
import { requireKey, requireVersion } from './key-store.ts';
import { MAX_SIGNED_DATA_BYTES, RANDOM_BYTES } from './limits.ts';
import { checkedName, parseVersionName } from './names.ts';
import { invalid, unserved, wrongPurpose } from './refusals.ts';
import type { Sealer } from './sealing.ts';
import { usableMaterial } from './usable.ts';

interface MacRequest {
  readonly name: string;
  readonly data: Buffer;
  readonly dataCrc32c: Int64Value | null;
}

interface MacVerifyRequest extends MacRequest {
  readonly mac: Buffer;
  readonly macCrc32c: Int64Value | null;
}

interface RandomBytesRequest {
  readonly location: string;
  readonly lengthBytes: number;
  readonly protectionLevel: string;
}

export function macMethods(store: Store, sealer: Sealer): Record<string, GrpcMethod> {
  return {
    MacSign: unary((request: MacRequest) => {
      const verifiedData = verifiedDataOf(request);
      const mac = computeMac(store, sealer, request);
      return {
        name: request.name,
        mac,
        macCrc32c: crc32c(mac),
        verifiedDataCrc32c: verifiedData,
        protectionLevel: 'SOFTWARE',
      };
    }),

    MacVerify: unary((request: MacVerifyRequest) => {
      const verifiedData = verifiedDataOf(request);
      const verifiedMac = verified(request.macCrc32c, request.mac, { checksum: 'mac_crc32c', data: 'mac' });
      const expected = computeMac(store, sealer, request);
      const success = expected.length === request.mac.length && timingSafeEqual(expected, request.mac);
      return {
        name: request.name,
        success,
        verifiedDataCrc32c: verifiedData,
        verifiedMacCrc32c: verifiedMac,
        verifiedSuccessIntegrity: success,
        protectionLevel: 'SOFTWARE',
      };
    }),

    GenerateRandomBytes: unary((request: RandomBytesRequest) => {
      checkedName('location', request.location);
      const { lengthBytes: length } = request;
      if (length < RANDOM_BYTES.min || length > RANDOM_BYTES.max) {
        throw invalid(`Length must be between ${RANDOM_BYTES.min} and ${RANDOM_BYTES.max} bytes.`);
      }
      // Google serves random bytes from its HSMs only.
      if (request.protectionLevel !== 'HSM')
        throw unserved(`random bytes of protection level ${request.protectionLevel}`);
      const data = randomBytes(length);
      return { data, dataCrc32c: crc32c(data) };
    }),
  };
}

function verifiedDataOf({ data, dataCrc32c }: MacRequest): boolean {
  if (data.length > MAX_SIGNED_DATA_BYTES) {
    throw invalid(`Field data is ${data.length} bytes long; at most ${MAX_SIGNED_DATA_BYTES} are allowed.`);
  }
  return verified(dataCrc32c, data, { checksum: 'data_crc32c', data: 'data' });
}

function computeMac(store: Store, sealer: Sealer, { name, data }: MacRequest): Buffer {
  const version = requireVersion(store, parseVersionName(name));
  const algorithm = algorithmNamed(version.algorithm);
  if (algorithm.kind !== 'hmac') throw wrongPurpose(name, requireKey(store, version.key).purpose, 'MAC');
  return createHmac(algorithm.hash, usableMaterial(sealer, version)).update(data).digest();
}
