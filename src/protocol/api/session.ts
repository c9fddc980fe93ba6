import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { timeSchema } from './page.ts';
import { permissionSchema } from './permission.ts';

export const passwordLength = { min: 8, max: 1024 } as const;

export const newPasswordSchema = z
  .string()
  .min(passwordLength.min, `use at least ${String(passwordLength.min)} characters`)
  .max(passwordLength.max, `use at most ${String(passwordLength.max)} characters`);

export const loginSchema = z
  .strictObject({ name: nameSchema, password: z.string().min(1).max(passwordLength.max) })
  .meta({ id: 'Login' });

export const ownPasswordSchema = z
  .strictObject({ oldPassword: z.string().min(1).max(passwordLength.max), password: newPasswordSchema })
  .meta({ id: 'OwnPassword' });

/** Who asks, and what he may do. */
export const whoSchema = z
  .object({
    kind: z.enum(['user', 'token', 'local', 'anonymous']),
    name: z.string(),
    permissions: z.array(permissionSchema),
    hosts: z.array(z.string()).optional().meta({ description: 'The only hosts it may see; left out: all' }),
    csrf: z
      .string()
      .optional()
      .meta({ description: 'Of a session: the X-CSRF-Token of every call that changes something' }),
    expiresAt: timeSchema.optional(),
  })
  .meta({ id: 'Who' });
export type Who = z.infer<typeof whoSchema>;
