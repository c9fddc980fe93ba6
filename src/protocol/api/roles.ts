import { z } from 'zod';
import { permissions } from '../permissions.ts';
import { nameSchema } from '../names.ts';
import { pageOf, timeSchema } from './page.ts';
import { permissionSchema } from './permission.ts';
import { scopeSchema } from './tokens.ts';

export const roleSchema = z
  .object({
    name: z.string(),
    builtIn: z.boolean(),
    permissions: z.array(permissionSchema),
    hosts: z.array(z.string()).optional().meta({ description: 'The only hosts it is good for; left out: all' }),
    createdAt: timeSchema.optional().meta({ description: 'Left out for built-in roles' }),
  })
  .meta({ id: 'Role' });
export type Role = z.infer<typeof roleSchema>;
export const rolesSchema = pageOf(roleSchema);

export const newRoleSchema = z
  .strictObject({
    name: nameSchema,
    permissions: z.array(permissionSchema).min(1).max(permissions.length),
    hosts: scopeSchema.optional(),
  })
  .meta({ id: 'NewRole' });
