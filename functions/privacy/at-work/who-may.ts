// Owns who may do what by the catalog in force: roles of people, and who opens the values of a purpose.
import type { Catalog } from '#shared/catalog/catalog.ts';
import { openersOf } from '#shared/catalog/opening.ts';
import type { PurposeId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { PEOPLE_ROLES, type Role, rolesOf } from '#shared/platform/roles.ts';
import { grantsOf } from '#shared/privacy/reveal.ts';
import type { RevealDeps } from '../reveal/reveal.ts';

/** The roles of an address. Before the first apply only service accounts have roles: members are part of a catalog. */
export async function rolesInForce(
  projectId: string,
  catalog: () => Promise<Catalog>,
  email: string,
): Promise<ReadonlySet<Role>> {
  const own = rolesOf(email, projectId, {});
  if (own.size > 0) return own;
  const { roles } = (await catalog()).platform;
  const members = Object.fromEntries(PEOPLE_ROLES.map((role) => [role, roles[role].members]));
  return rolesOf(email, projectId, members);
}

/** Who may open values of a purpose, by the catalog in force; without one only compliance may. */
export function grantsInForce(catalog: () => Promise<Catalog>): RevealDeps['grants'] {
  return async (purpose) => {
    const found = await catalog().catch((thrown: unknown) => {
      if (thrown instanceof PlatformError && thrown.code === 'catalog_missing') return undefined;
      throw thrown;
    });
    // Looked up as what it is if it is one.
    const declared = found?.platform.purposes[purpose as PurposeId];
    return grantsOf(purpose, declared === undefined ? undefined : openersOf(declared));
  };
}
