// Owns the codes of the cloud services below the platform.
import { caller, system, transient } from './entry.ts';

/** Codes of the cloud. */
export const CLOUD_CODES = {
  cloud_unavailable: transient('A cloud service does not answer.', 'Wait; it is tried again.'),
  cloud_throttled: transient('A cloud service answers that it gets too many requests.', 'Wait; it is tried again.', {
    status: 429,
  }),
  cloud_refused: system(
    'A cloud service refused the request.',
    'Look at the reason in the detail; it is often a right.',
  ),
  cloud_missing: system(
    'Something that the base should have laid is missing.',
    'Run `trib apply`, or lay the base again.',
  ),
  precondition_lost: caller('The object changed since it was read.', 'Read it again, then repeat the change.', {
    status: 412,
  }),
} as const;
