import { createLogin } from '../auth/login.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { ApiRoute } from './api-route.ts';
import type { ApiOptions } from './create-api.ts';
import { createOpenApi } from './openapi.ts';
import { createAuditRoutes } from './routes/audit-routes.ts';
import { createContainerRoutes } from './routes/container-routes.ts';
import { createHostRoutes } from './routes/host-routes.ts';
import { createRoleRoutes } from './routes/role-routes.ts';
import { createServerRoutes } from './routes/server-routes.ts';
import { createSessionRoutes } from './routes/session-routes.ts';
import { createStackRoutes } from './routes/stack-routes.ts';
import { createTokenRoutes } from './routes/token-routes.ts';
import { createUserRoutes } from './routes/user-routes.ts';

/** The whole table: the API's own routes, and those of the other parts of the server. */
export function createApiRoutes(options: ApiOptions & { passwords: Passwords }): readonly ApiRoute[] {
  const { store, fleet, passwords, log } = options;
  const login = createLogin({ store, passwords, log });
  let description: object | undefined;
  const routes: readonly ApiRoute[] = [
    ...createSessionRoutes({ store, login, passwords }),
    ...createHostRoutes(options),
    ...createStackRoutes(fleet),
    ...createContainerRoutes(fleet),
    ...createTokenRoutes(store),
    ...createUserRoutes({ store, passwords }),
    ...createRoleRoutes(store),
    ...createAuditRoutes(store),
    ...createServerRoutes({ store, openApi: () => (description ??= createOpenApi(routes)) }),
    ...options.routes,
  ];
  return routes;
}
