/** Row access policies are not served: no table has any, and none can be made. */
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { RestRoute } from '../../host/service.ts';
import { valueOf } from '../errors.ts';
import { tableOf } from '../names.ts';
import { apiMethod } from '../wire/routes.ts';

export function rowAccessPolicyRoutes(warehouse: Warehouse): RestRoute[] {
  const path = '/projects/{projectId}/datasets/{datasetId}/tables/{tableId}/rowAccessPolicies';
  return apiMethod(`GET ${path}`, 'rowAccessPolicies.list', async (request) => {
    valueOf(await warehouse.tables.get(tableOf(request)));
    return { json: {} };
  });
}
