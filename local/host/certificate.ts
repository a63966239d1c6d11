/** The TLS certificate of the local cloud: made at first start, kept in the data folder, trusted by nobody else. */
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** The authority's certificate, for NODE_EXTRA_CA_CERTS and its kin. */
  readonly authorityFile: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Names the certificate is valid for: Google's hosts that this cloud stands in for, and loopback. */
const NAMES = [
  'googleapis.com',
  '*.googleapis.com',
  '*.sandbox.googleapis.com',
  'accounts.google.com',
  '*.google.com',
  '*.gstatic.com',
  'localhost',
];
const ADDRESSES = ['127.0.0.1', '::1'];
const VALID_DAYS = 3650;

/** Reads the certificate of a data folder, or makes it. The authority's private key is never written anywhere. */
export async function ensureCertificate(dataDir: string): Promise<Certificate> {
  const folder = join(dataDir, 'tls');
  const authorityFile = join(folder, 'ca.pem');
  const pairFile = join(folder, 'server.pem');
  if (!existsSync(pairFile)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = await issue();
    writeWhole(authorityFile, made.authority, 0o644);
    // Written last: its presence says that the folder is complete.
    writeWhole(pairFile, `${made.certificate}\n${made.key}\n`, 0o600);
  }
  const pair = readFileSync(pairFile, 'utf8');
  const keyStart = pair.indexOf('-----BEGIN PRIVATE KEY-----');
  return { authorityFile, certificatePem: pair.slice(0, keyStart), keyPem: pair.slice(keyStart) };
}

async function issue(): Promise<{ authority: string; certificate: string; key: string }> {
  // The library is loaded only at a first start; it needs the metadata polyfill to be there before it.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const notBefore = new Date(Date.now() - 24 * 3600 * 1000);
  const notAfter = new Date(notBefore.getTime() + VALID_DAYS * 24 * 3600 * 1000);
  const generate = async (): Promise<CryptoKeyPair> =>
    webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

  const authorityKeys = await generate();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Tributary local cloud authority',
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });

  const keys = await generate();
  const names = [
    ...NAMES.map((value) => ({ type: 'dns' as const, value })),
    ...ADDRESSES.map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=Tributary local cloud',
    issuer: authority.subject,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']),
      new x509.SubjectAlternativeNameExtension(names),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { authority: authority.toString('pem'), certificate: certificate.toString('pem'), key: toPem(pkcs8) };
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

function toPem(pkcs8: Buffer): string {
  const lines = pkcs8.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----`;
}

function writeWhole(file: string, text: string, mode: number): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, file);
}
