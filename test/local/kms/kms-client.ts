/** Shortcuts over the real Cloud KMS client for tests. Import after the test cloud has started. */
import { KeyManagementServiceClient, type protos } from '@google-cloud/kms';
import { TEST_PROJECT } from '#test/local/cloud-harness.ts';

export const LOCATION = `projects/${TEST_PROJECT}/locations/europe-west1`;

type CryptoKey = protos.google.cloud.kms.v1.ICryptoKey;

export interface TestKms {
  readonly client: KeyManagementServiceClient;
  /** A key ring of its own. */
  readonly ring: string;
  /** Creates a key and returns its name. */
  readonly createKey: (id: string, key: CryptoKey) => Promise<string>;
  /** Creates a key that signs, waits until its first version is generated, and returns that version's name. */
  readonly createSigningVersion: (id: string, algorithm: string) => Promise<string>;
}

export async function openTestKms(ringId: string): Promise<TestKms> {
  const client = new KeyManagementServiceClient();
  const [{ name: ring }] = await client.createKeyRing({ parent: LOCATION, keyRingId: ringId, keyRing: {} });
  const createKey = async (id: string, cryptoKey: CryptoKey): Promise<string> => {
    const [key] = await client.createCryptoKey({ parent: ring!, cryptoKeyId: id, cryptoKey });
    return key.name!;
  };
  return {
    client,
    ring: ring!,
    createKey,
    async createSigningVersion(id, algorithm) {
      const key = await createKey(id, {
        purpose: 'ASYMMETRIC_SIGN',
        // The client takes names of enums; its types know only their numbers and own names.
        versionTemplate: { algorithm: algorithm as 'EC_SIGN_P256_SHA256' },
      });
      const name = `${key}/cryptoKeyVersions/1`;
      for (;;) {
        const [version] = await client.getCryptoKeyVersion({ name });
        if (version.state !== 'PENDING_GENERATION') return name;
      }
    },
  };
}
