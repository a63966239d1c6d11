/** asymmetricSign and getPublicKey. */
import { createHash, createPublicKey } from 'node:crypto';
import { type GrpcMethod, unary } from '../host/service.ts';
import type { Store } from '../primitives/store.ts';
import { algorithmNamed, type Hash, type SigningAlgorithm } from './algorithms.ts';
import { crc32c, type Int64Value, verified } from './checksums.ts';
import { requireKey, requireVersion, type VersionRow } from './key-store.ts';
import { MAX_SIGNED_DATA_BYTES } from './limits.ts';
import { parseVersionName } from './names.ts';
import { invalid, notEnabled, wrongPurpose } from './refusals.ts';
import type { Sealer } from './sealing.ts';
import { digestHash, maxDataBytes, signMessage } from './signatures.ts';
import { usableMaterial } from './usable.ts';

interface SignRequest {
  readonly name: string;
  /** A google.cloud.kms.v1.Digest: one of its fields is set. */
  readonly digest: { readonly [hash in Hash]?: Buffer } | null;
  readonly digestCrc32c: Int64Value | null;
  readonly data: Buffer;
  readonly dataCrc32c: Int64Value | null;
}

interface PublicKeyRequest {
  readonly name: string;
  readonly publicKeyFormat: string;
}

export function signingMethods(store: Store, sealer: Sealer): Record<string, GrpcMethod> {
  return {
    AsymmetricSign: unary((request: SignRequest) => {
      const { version, algorithm } = signingVersion(store, request.name);
      const material = usableMaterial(sealer, version);
      const { message, ...verifications } = messageOf(request, algorithm);
      const signature = signMessage(algorithm, material, message);
      return {
        signature,
        signatureCrc32c: crc32c(signature),
        ...verifications,
        name: request.name,
        protectionLevel: 'SOFTWARE',
      };
    }),

    GetPublicKey: unary((request: PublicKeyRequest) => {
      const { version } = signingVersion(store, request.name);
      if (version.state !== 'ENABLED' || version.public_pem === null) throw notEnabled(request.name, version.state);
      return {
        name: request.name,
        algorithm: version.algorithm,
        protectionLevel: 'SOFTWARE',
        ...formatted(version.public_pem, request.publicKeyFormat),
      };
    }),
  };
}

function signingVersion(store: Store, name: string): { version: VersionRow; algorithm: SigningAlgorithm } {
  const version = requireVersion(store, parseVersionName(name));
  const algorithm = algorithmNamed(version.algorithm);
  if (algorithm.purpose !== 'ASYMMETRIC_SIGN') {
    throw wrongPurpose(name, requireKey(store, version.key).purpose, 'ASYMMETRIC_SIGN');
  }
  return { version, algorithm };
}

interface Message {
  readonly message: Buffer;
  readonly verifiedDigestCrc32c: boolean;
  readonly verifiedDataCrc32c: boolean;
}

/** The digest that was given or made, or the data where the algorithm hashes itself. */
function messageOf(request: SignRequest, algorithm: SigningAlgorithm): Message {
  if (request.digest === null) return fromData(request, algorithm);
  const { digest: given, digestCrc32c } = request;
  if (request.data.length > 0) throw invalid('Only one of digest and data may be set.');
  const hash = digestHash(algorithm);
  if (hash === undefined) throw invalid('This algorithm signs data, not a digest.');
  const message = given[hash];
  if (message === undefined) throw invalid(`The digest must be given in field digest.${hash} for this algorithm.`);
  const bytes = DIGEST_BYTES[hash];
  if (message.length !== bytes) throw invalid(`Field digest.${hash} must have ${bytes} bytes, not ${message.length}.`);
  const verifiedDigest = verified(digestCrc32c, message, { checksum: 'digest_crc32c', data: 'digest' });
  return { message, verifiedDigestCrc32c: verifiedDigest, verifiedDataCrc32c: false };
}

const DIGEST_BYTES: Readonly<Record<Hash, number>> = { sha256: 32, sha384: 48, sha512: 64 };

function fromData({ data, dataCrc32c }: SignRequest, algorithm: SigningAlgorithm): Message {
  if (data.length === 0) throw invalid('One of digest and data must be set.');
  const maxBytes = maxDataBytes(algorithm) ?? MAX_SIGNED_DATA_BYTES;
  if (data.length > maxBytes) throw invalid(`Field data has ${data.length} bytes; at most ${maxBytes} are allowed.`);
  const verifiedData = verified(dataCrc32c, data, { checksum: 'data_crc32c', data: 'data' });
  const hash = digestHash(algorithm);
  const message = hash === undefined ? data : createHash(hash).update(data).digest();
  return { message, verifiedDigestCrc32c: false, verifiedDataCrc32c: verifiedData };
}

function formatted(pem: string, format: string): object {
  if (format === 'PUBLIC_KEY_FORMAT_UNSPECIFIED') return { pem, pemCrc32c: crc32c(Buffer.from(pem)) };
  if (format !== 'PEM' && format !== 'DER')
    throw invalid(`Public key format ${format} is not valid for this algorithm.`);
  const data = format === 'PEM' ? Buffer.from(pem) : createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return { publicKeyFormat: format, publicKey: { data, crc32cChecksum: crc32c(data) } };
}
