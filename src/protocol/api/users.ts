import { z } from 'zod';
import { nameSchema } from '../names.ts';
import { pageOf, timeSchema } from './page.ts';
import { newPasswordSchema } from './session.ts';

export const userSchema = z.object({ name: z.string(), role: z.string(), createdAt: timeSchema }).meta({ id: 'User' });
export type User = z.infer<typeof userSchema>;
export const usersSchema = pageOf(userSchema);

export const newUserSchema = z
  .strictObject({ name: nameSchema, role: nameSchema, password: newPasswordSchema })
  .meta({ id: 'NewUser' });

export const passwordSchema = z.strictObject({ password: newPasswordSchema }).meta({ id: 'NewPassword' });
export const userChangeSchema = z.strictObject({ role: nameSchema }).meta({ id: 'UserChange' });
