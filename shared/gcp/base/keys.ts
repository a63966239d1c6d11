// Owns laying the key ring and the keys of the platform in Cloud KMS.
import { KeyManagementServiceClient } from '@google-cloud/kms';
import type { BaseResource, Place } from '../../platform/base/resources.ts';
import { statusOf } from '../failure.ts';
import type { Laid } from './lay.ts';

type KeyRingResource = Extract<BaseResource, { kind: 'key-ring' }>;
type CryptoKeyResource = Extract<BaseResource, { kind: 'crypto-key' }>;

let client: KeyManagementServiceClient | undefined;

export async function layKeyRing(resource: KeyRingResource, place: Place): Promise<Laid> {
  client ??= new KeyManagementServiceClient();
  const parent = client.locationPath(place.projectId, place.region);
  return unlessPresent(client.createKeyRing({ parent, keyRingId: resource.name, keyRing: {} }));
}

export async function layCryptoKey(resource: CryptoKeyResource, place: Place): Promise<Laid> {
  client ??= new KeyManagementServiceClient();
  const parent = client.keyRingPath(place.projectId, place.region, resource.keyRing);
  const cryptoKey = {
    purpose: resource.purpose,
    versionTemplate: { algorithm: resource.algorithm, protectionLevel: 'SOFTWARE' as const },
    destroyScheduledDuration: { seconds: resource.destroyAfterSeconds },
  };
  return unlessPresent(client.createCryptoKey({ parent, cryptoKeyId: resource.name, cryptoKey }));
}

async function unlessPresent(creation: Promise<unknown>): Promise<Laid> {
  try {
    await creation;
    return 'created';
  } catch (error) {
    if (statusOf(error) === 409) return 'present';
    throw error;
  }
}
