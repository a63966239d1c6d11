// Owns the codes of keys, sealed values, erasure and export.
import { caller, system, transient } from './entry.ts';

/** Codes of privacy. */
export const PRIVACY_CODES = {
  shredded: caller('The key of this value was destroyed.', 'Nothing to do: the user was forgotten.', { status: 410 }),
  corrupt: system(
    'The sealed value cannot be opened, and its key is there.',
    'Report it: the value was damaged or swapped.',
  ),
  reason_missing: caller('Opening a value needs a reason.', 'Send `reason`; it is kept in the audit log.'),
  unknown_erasure: caller('No erasure has this id.', 'List them with `trib status`.', { status: 404 }),
  unknown_epoch: caller('No epoch has this id, or it is destroyed.', 'List them with `trib epoch list`.', {
    status: 404,
  }),
  rotation_damaged: system(
    'Keys of an epoch that ends do not unwrap under it.',
    'Look at the keyrings: they were damaged or changed. Nothing is destroyed until none names the epoch.',
  ),
  unknown_export: caller('No export has this id, or it has expired.', 'Ask for a new export.', { status: 404 }),
  export_building: transient('The export is being put together.', 'Try again in a minute.'),
  unknown_subject: caller('Nothing is held about this user.', 'Check the user id as the app sends it.', {
    status: 404,
  }),
  erasure_blocked: system(
    'An endpoint may hold data of the user, and its lineage is unknown.',
    'Its owner declares the columns, or exempts the endpoint with a reason.',
    { exit: 50 },
  ),
  erasure_not_proved: system(
    'A probe found that something of the erased user still opens or is still there.',
    'Look at what the detail names; the erasure goes on by itself once that is mended.',
    { exit: 50 },
  ),
  erasure_unverified: caller(
    'It is not known yet whether whoever asked may ask.',
    'Verify them, and say how: POST /v1/erasures/{id}:verified.',
    { status: 409 },
  ),
  erasure_held: caller('A legal hold keeps the data of this user.', 'Lift the hold first.', { status: 409 }),
  erasure_too_far: caller(
    'An erasure of this user is destroying keys, or has, so a hold comes too late.',
    'Nothing to do: what was destroyed cannot be had back.',
    { status: 409 },
  ),
  drill_failed: system(
    'Somebody made up was erased, and not everything held.',
    'Look at what `failed` names, before anybody is erased for real.',
  ),
  unknown_canary: caller(
    'No leak canary has this id, or none was ever sent.',
    'The workflow prove-privacy sends one each day.',
    {
      status: 404,
    },
  ),
  leak_found: system(
    'Something personal was found where nothing personal may be.',
    'Look at the place and the form that the result names; `trib canary` shows it.',
  ),
  canary_lost: system(
    'A leak canary did not arrive, so its search says nothing.',
    'Look at the event type operations.LeakCanary: whether it was refused, or its table was changed.',
  ),
  verification_failed: system(
    'Values that are stored are not what was sealed.',
    'Look at the event type: its collector or its table was changed.',
  ),
  certificate_invalid: caller(
    'The certificate does not verify.',
    'Get the original from the ledger, and the pinned key.',
  ),
  key_bucket_keeps: system(
    'The bucket of keys keeps deleted objects (soft delete, versioning or retention is on).',
    'Turn it off: shredded keys would stay readable.',
    { status: 503 },
  ),
} as const;
