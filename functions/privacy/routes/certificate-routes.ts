// Owns the route that shows the public key of the certificates.
import { route, type Route } from '#shared/http/route.ts';
import type { CertificateKey } from '#shared/gcp/signer.ts';

/** For whoever wants to compare it with the key that was pinned: a verifier trusts the pinned one only. */
export function certificateRoutes(key: Pick<CertificateKey, 'publicKeyPem'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/keys/certificate',
      summary: 'The public key of the certificates of erasure, as PEM.',
      allow: 'anyone',
      async handle() {
        return { headers: { 'content-type': 'application/x-pem-file' }, body: await key.publicKeyPem() };
      },
    }),
  ];
}
