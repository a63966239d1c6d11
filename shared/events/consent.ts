// Owns the check of consent at the door: against the purpose that the event type declares.
import type { Purpose } from '../catalog/platform.ts';
import type { RejectionCode } from '../platform/error-codes.ts';
import type { PurposeId } from '../platform/ids.ts';
import type { Envelope } from './envelope.ts';

/**
 * Why an event may not be held for its purpose, if so. A purpose that needs consent needs an explicit yes; any purpose takes
 * an explicit no, which is how somebody objects to legitimate interests (Article 21 GDPR).
 */
export function consentRejection(
  consent: Envelope['consent'],
  id: PurposeId,
  purpose: Purpose,
): RejectionCode | undefined {
  const answer = consent !== undefined && Object.hasOwn(consent, id) ? consent[id] : undefined;
  if (answer === false) return 'consent_refused';
  return purpose.consentRequired && answer !== true ? 'consent_missing' : undefined;
}
