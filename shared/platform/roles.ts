// Owns the roles of people and services, and which role a verified e-mail address has.

/** What a caller may be. `service`: one of the platform's own functions or workflows. */
export const ROLES = ['analyst', 'team', 'compliance', 'admin', 'service'] as const;
export type Role = (typeof ROLES)[number];

/** Roles that people hold; each also is a service account that its holders may act as. */
export const PEOPLE_ROLES = ['analyst', 'team', 'compliance', 'admin'] as const satisfies readonly Role[];
export type PeopleRole = (typeof PEOPLE_ROLES)[number];

/** E-mail addresses by role, as `platform/roles.yaml` declares them. */
export type RoleMembers = Readonly<Partial<Record<PeopleRole, readonly string[]>>>;

/** The service account of a role or function: `tributary-<name>@<project>.iam.gserviceaccount.com`. */
export function serviceAccountEmail(name: string, projectId: string): string {
  return `tributary-${name}@${projectId}.iam.gserviceaccount.com`;
}

/**
 * The roles of a verified address. An admin may do whatever analysts and teams may, but neither reveal nor erase: that
 * stays with compliance.
 */
export function rolesOf(email: string, projectId: string, members: RoleMembers): ReadonlySet<Role> {
  const roles = new Set<Role>();
  for (const role of PEOPLE_ROLES) {
    if (email === serviceAccountEmail(role, projectId) || members[role]?.includes(email)) roles.add(role);
  }
  const [name, domain] = email.split('@');
  if (name?.startsWith('tributary-') && domain === `${projectId}.iam.gserviceaccount.com` && roles.size === 0) {
    roles.add('service');
  }
  if (roles.has('admin')) roles.add('analyst').add('team');
  return roles;
}
