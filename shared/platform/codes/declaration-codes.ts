// Owns the codes of declarations: what compile, plan and apply can say about a catalog.
import { caller, system, transient } from './entry.ts';

/** Codes of declarations. */
export const DECLARATION_CODES = {
  declarations_invalid: caller('The declarations have problems.', 'Correct what is listed, file by file.', {
    status: 422,
  }),
  breaking_change: caller(
    'A declaration changed in a way that breaks its readers.',
    'Put the change in a new file: events/<domain>/<Name>_v2.yaml.',
    { status: 422 },
  ),
  deletion_not_approved: caller(
    'The change drops data, and no approval says so.',
    'Add a `deletions` approval to the same change.',
    { status: 422 },
  ),
  catalog_corrupt: system('The stored catalog does not have the digest that names it.', 'Upload the catalog again.'),
  catalog_unknown: caller('No catalog of this digest was uploaded.', 'Upload it first; `trib apply` does.', {
    status: 404,
  }),
  apply_in_progress: transient('Another apply is under way.', 'Wait until it has ended, then apply again.', {
    status: 409,
  }),
  apply_failed: system(
    'Not every change could be made, so the catalog in force stays.',
    'Mend what the report names and apply again: it goes on from there.',
  ),
  catalog_missing: system('No catalog has been applied.', 'Run `trib apply`.'),
} as const;
