// Owns what drills and verifications work on: what erasures do, and the key by which their certificates are verified.
import type { ErasureDeps } from '../erasures/erasure-deps.ts';

export interface DrillDeps extends ErasureDeps {
  readonly publicKeyPem: () => Promise<string>;
}
