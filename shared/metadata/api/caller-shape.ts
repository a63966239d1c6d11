// Owns the shape in which metadata tells callers who they are to it.
import { z } from 'zod';
import { ROLES } from '../../platform/roles.ts';

export const callerShape = z.object({
  email: z.string(),
  roles: z.array(z.enum(ROLES)),
  project: z.string(),
  region: z.string(),
});
