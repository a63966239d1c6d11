/** Identity: tokens, service accounts and the metadata server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudContext, CloudService } from '../host/service.ts';
import { newAccessToken } from '../primitives/caller.ts';
import { openStore } from '../primitives/store.ts';
import { metadataServerRoutes } from './metadata-server.ts';
import { ensureOwnerCredentials, SERVICE_ACCOUNT_TABLES, serviceAccountRoutes } from './service-accounts.ts';
import { ensureSigningKey, SIGNING_KEY_TABLE, type SigningKey } from './signing-keys.ts';
import { tokenRoutes } from './tokens.ts';

export interface Identity extends CloudService {
  /** Credentials of the owner of the project, for the environment of clients. */
  readonly credentialsFile: string;
  /** An access token of the owner, for tools that want one in a file. */
  readonly accessTokenFile: string;
  /** Signs what Identity-Aware Proxy asserts. */
  readonly iapKey: SigningKey;
}

export async function createIdentity(context: CloudContext, projectId: string): Promise<Identity> {
  const store = openStore(join(context.dataDir, 'identity.db'), [SIGNING_KEY_TABLE, SERVICE_ACCOUNT_TABLES]);
  const credentialsFile = join(context.dataDir, 'owner.json');
  const accessTokenFile = join(context.dataDir, 'access-token');
  const [googleKey, iapKey] = await Promise.all([
    ensureSigningKey(store, 'google'),
    ensureSigningKey(store, 'iap'),
    ensureOwnerCredentials(store, { clock: context.clock, projectId, file: credentialsFile }),
  ]);
  writeFileSync(accessTokenFile, newAccessToken(), { mode: 0o600 });
  const parts = { store, clock: context.clock, googleKey, iapKey };
  return {
    iapKey,
    credentialsFile,
    accessTokenFile,
    rest: [
      ...tokenRoutes(parts),
      ...metadataServerRoutes(parts, projectId),
      ...serviceAccountRoutes(store, context.clock),
    ],
    stop: async () => store.close(),
  };
}
