// Owns the life of key versions in Cloud KMS: looked at, disabled, enabled, scheduled for destruction.
import type { KeyManagementServiceClient } from '@google-cloud/kms';
import { PlatformError } from '../platform/platform-error.ts';
import type { KeyVersions, KeyVersionState } from '../privacy/keys/key-stores.ts';
import { toPlatformError } from './failure.ts';

const CALL_OPTIONS = { timeout: 10_000 };

/** States by the names that KMS has for them: https://cloud.google.com/kms/docs/key-states */
const STATES: Readonly<Record<string, KeyVersionState>> = {
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  DESTROY_SCHEDULED: 'scheduled',
  DESTROYED: 'destroyed',
};

/** Key versions over Cloud KMS. Each method first looks, so that repeating it is no error. */
export function createKeyVersions(): KeyVersions {
  let client: KeyManagementServiceClient | undefined;
  // Loaded by the first call: most processes that have keys never look at their versions.
  const kms = async (): Promise<KeyManagementServiceClient> =>
    (client ??= new (await import('@google-cloud/kms')).KeyManagementServiceClient());
  const asPlatform = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw error instanceof PlatformError ? error : toPlatformError(error);
    }
  };
  const state = (name: string): Promise<KeyVersionState> =>
    asPlatform(async () => {
      const [version] = await (await kms()).getCryptoKeyVersion({ name }, CALL_OPTIONS);
      const known = STATES[String(version.state)];
      if (known === undefined)
        throw new PlatformError('cloud_refused', { message: 'A key version is not usable yet.' });
      return known;
    });
  const become = async (name: string, wanted: 'ENABLED' | 'DISABLED'): Promise<void> => {
    if ((await state(name)) === STATES[wanted]) return;
    await asPlatform(async () =>
      (await kms()).updateCryptoKeyVersion(
        { cryptoKeyVersion: { name, state: wanted }, updateMask: { paths: ['state'] } },
        CALL_OPTIONS,
      ),
    );
  };
  return {
    state,
    enable: (name) => become(name, 'ENABLED'),
    disable: (name) => become(name, 'DISABLED'),
    async scheduleDestruction(name) {
      const now = await state(name);
      if (now === 'scheduled' || now === 'destroyed') return;
      await asPlatform(async () => (await kms()).destroyCryptoKeyVersion({ name }, CALL_OPTIONS));
    },
  };
}
