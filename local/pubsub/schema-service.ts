/** google.pubsub.v1.SchemaService: not served, and says so. */
import { type GrpcMethod, type GrpcService, unary } from '../host/service.ts';
import { notServed } from './refusals.ts';

const NAME = 'google.pubsub.v1.SchemaService';

/** Source: google/pubsub/v1/schema.proto */
const METHODS = [
  'CreateSchema',
  'GetSchema',
  'ListSchemas',
  'ListSchemaRevisions',
  'CommitSchema',
  'RollbackSchema',
  'DeleteSchemaRevision',
  'DeleteSchema',
  'ValidateSchema',
  'ValidateMessage',
] as const;

export function createSchemaService(): GrpcService {
  const refuse = (method: string): GrpcMethod =>
    unary(() => {
      throw notServed(`${NAME}.${method}`);
    });
  return { name: NAME, methods: Object.fromEntries(METHODS.map((method) => [method, refuse(method)])) };
}
