// Owns the codes of declarations: what compile, plan and apply can say about a catalog.
import { caller, system } from './entry.ts';

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
  catalog_missing: system('No catalog has been applied.', 'Run `trib apply`.'),
} as const;
