/** The keys that identity tokens are signed with, and their public halves as Google publishes them. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import type { Store } from '../primitives/store.ts';

export interface SigningKey {
  readonly id: string;
  readonly algorithm: 'RS256' | 'ES256';
  readonly privateKey: KeyObject;
  readonly publicPem: string;
  readonly publicJwk: object;
  /** What `oauth2/v1/certs` lists: a self-signed certificate of the key (RS256 only). */
  readonly certificatePem: string;
}

/** `google`: ID tokens of accounts.google.com; `iap`: assertions of Identity-Aware Proxy. */
export type KeyUse = 'google' | 'iap';

const ALGORITHM: Record<KeyUse, SigningKey['algorithm']> = { google: 'RS256', iap: 'ES256' };
const CERTIFICATE_DAYS = 3650;

export const SIGNING_KEY_TABLE = `CREATE TABLE signing_keys (
  use TEXT PRIMARY KEY, id TEXT NOT NULL, pkcs8 TEXT NOT NULL, certificate TEXT NOT NULL) STRICT`;

/** The key for a use: made once per data folder, so that tokens stay valid over restarts. */
export async function ensureSigningKey(store: Store, use: KeyUse): Promise<SigningKey> {
  const row = store.get<Row>('SELECT id, pkcs8, certificate FROM signing_keys WHERE use = ?', use);
  return toSigningKey(use, row ?? (await create(store, use)));
}

interface Row {
  readonly id: string;
  readonly pkcs8: string;
  readonly certificate: string;
}

async function create(store: Store, use: KeyUse): Promise<Row> {
  const generate = promisify(generateKeyPair);
  const pair =
    use === 'google'
      ? await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
      : await generate('ec', { namedCurve: 'P-256' });
  const row: Row = {
    id: `local-${use}-1`,
    pkcs8: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: use === 'google' ? await selfSigned(pair.privateKey, pair.publicKey) : '',
  };
  store.run('INSERT INTO signing_keys VALUES (?, ?, ?, ?)', use, row.id, row.pkcs8, row.certificate);
  return row;
}

function toSigningKey(use: KeyUse, row: Row): SigningKey {
  const privateKey = createPrivateKey(row.pkcs8);
  const publicKey = createPublicKey(privateKey);
  const algorithm = ALGORITHM[use];
  return {
    id: row.id,
    algorithm,
    privateKey,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicJwk: { ...publicKey.export({ format: 'jwk' }), kid: row.id, alg: algorithm, use: 'sig' },
    certificatePem: row.certificate,
  };
}

async function selfSigned(privateKey: KeyObject, publicKey: KeyObject): Promise<string> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const [signing, verifying] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), algorithm, true, ['sign']),
    webcrypto.subtle.importKey('spki', publicKey.export({ type: 'spki', format: 'der' }), algorithm, true, ['verify']),
  ]);
  const notBefore = new Date(Date.now() - 24 * 3600 * 1000);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=federated-signon.system.gserviceaccount.com',
    notBefore,
    notAfter: new Date(notBefore.getTime() + CERTIFICATE_DAYS * 24 * 3600 * 1000),
    signingAlgorithm: algorithm,
    keys: { privateKey: signing, publicKey: verifying },
  });
  return certificate.toString('pem');
}
