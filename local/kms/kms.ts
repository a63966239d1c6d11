/** Cloud KMS: key rings, keys, versions and what is done with them. */
import { join } from 'node:path';
import type { CloudContext, CloudService } from '../host/service.ts';
import { openStore } from '../primitives/store.ts';
import { cryptoKeyMethods } from './crypto-keys.ts';
import { encryptionMethods } from './encryption.ts';
import { keyRingMethods } from './key-rings.ts';
import { KMS_TABLES } from './key-store.ts';
import { startLifecycle } from './lifecycle.ts';
import { macMethods } from './macs.ts';
import { policyRoutes } from './policies.ts';
import { openSealer } from './sealing.ts';
import { signingMethods } from './signing.ts';
import { versionMethods } from './versions.ts';

/** Methods that are not listed (imports, external and hardware keys, raw encryption, deletion) answer UNIMPLEMENTED. */
export function createKms(context: CloudContext): CloudService {
  const { clock, log } = context;
  const sealer = openSealer(join(context.dataDir, 'kms.key'));
  const store = openStore(join(context.dataDir, 'kms.db'), [KMS_TABLES]);
  const lifecycle = startLifecycle({ store, clock, sealer, log });
  const parts = { store, clock, sealer, lifecycle };
  return {
    grpc: [
      {
        name: 'google.cloud.kms.v1.KeyManagementService',
        methods: {
          ...keyRingMethods(store, clock),
          ...cryptoKeyMethods(parts),
          ...versionMethods(parts),
          ...encryptionMethods(store, sealer),
          ...signingMethods(store, sealer),
          ...macMethods(store, sealer),
        },
      },
    ],
    rest: policyRoutes(store),
    async stop() {
      lifecycle.stop();
      store.close();
    },
  };
}
