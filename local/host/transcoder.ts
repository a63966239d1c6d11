/** REST routes for gRPC methods, from the HTTP rules in their protos (google/api/http.proto). */
import protobuf from 'protobufjs';
import { ApiError } from '../primitives/errors.ts';
import { isObject } from '../primitives/json-object.ts';
import { camelCase } from './json-shape.ts';
import { bytesFromJson, messageFromJson, messageToJson } from './messages.ts';
import { messageTypes } from './grpc-host.ts';
import { serviceMethods } from './protos.ts';
import type { GrpcMethod, GrpcService, RestReply, RestRequest, RestRoute } from './service.ts';

interface HttpRule {
  readonly method: RestRoute['method'];
  readonly path: string;
  /** '*' for the whole request, a field name, or '' for none. */
  readonly body: string;
}

const HTTP_METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Parameters every Google API takes; none changes what is done here. Source: https://cloud.google.com/apis/docs/system-parameters */
const SYSTEM_PARAMETERS = new Set([
  'alt',
  '$alt',
  'key',
  '$key',
  'fields',
  '$fields',
  'prettyPrint',
  '$prettyPrint',
  'callback',
  '$callback',
  'access_token',
  'oauth_token',
  'quotaUser',
  '$userProject',
  'userIp',
  'uploadType',
  'upload_protocol',
  '$.xgafv',
]);

/** One route per HTTP rule; methods that nobody implements answer 501 naming themselves. */
export function transcodedRoutes(root: protobuf.Root, services: readonly GrpcService[]): RestRoute[] {
  return services.flatMap((service) =>
    serviceMethods(root, service.name).flatMap((method) => {
      const handler = service.methods[method.name];
      const id = `${service.name}.${method.name}`;
      return httpRules(method).map((rule) => transcode(id, rule, method, handler));
    }),
  );
}

function httpRules(method: protobuf.Method): HttpRule[] {
  const options: unknown[] = Array.isArray(method.parsedOptions) ? method.parsedOptions : [];
  const rules = options.flatMap((option) => {
    const rule = isObject(option) ? option['(google.api.http)'] : undefined;
    return isObject(rule) ? [rule] : [];
  });
  return rules.flatMap((rule) => [rule, ...additional(rule)]).flatMap(toRule);
}

function additional(rule: Record<string, unknown>): Record<string, unknown>[] {
  const bindings = rule['additional_bindings'] ?? rule['additionalBindings'];
  return (Array.isArray(bindings) ? bindings : [bindings]).filter(isObject);
}

function toRule(rule: Record<string, unknown>): HttpRule[] {
  const verb = HTTP_METHODS.find((candidate) => typeof rule[candidate] === 'string');
  if (verb === undefined) return [];
  const body = typeof rule['body'] === 'string' ? rule['body'] : '';
  // The upper case of one of HTTP_METHODS is one of the route methods.
  return [{ method: verb.toUpperCase() as RestRoute['method'], path: String(rule[verb]), body }];
}

function transcode(id: string, rule: HttpRule, method: protobuf.Method, handler: GrpcMethod | undefined): RestRoute {
  const types = messageTypes(method);
  return {
    method: rule.method,
    path: rule.path,
    id,
    errors: 'rpc',
    async handle(request): Promise<RestReply> {
      if (handler === undefined || handler.kind === 'bidi') {
        throw new ApiError('UNIMPLEMENTED', `The local cloud does not serve ${id} over REST.`);
      }
      const json = await requestJson(types.request, rule, request);
      const reply =
        handler.kind === 'raw'
          ? await handler.handle(bytesFromJson(types.request, json))
          : await handler.handle(messageFromJson(types.request, json));
      const numericEnums = (request.query.get('$alt') ?? '').includes('enum-encoding=int');
      return { json: messageToJson(types.response, reply, numericEnums) };
    },
  };
}

async function requestJson(
  type: protobuf.Type,
  rule: HttpRule,
  request: RestRequest,
): Promise<Record<string, unknown>> {
  const json: Record<string, unknown> = {};
  if (rule.body === '*') Object.assign(json, await request.json());
  else if (rule.body !== '') json[camelCase(rule.body)] = await request.json();
  for (const [name, value] of Object.entries(request.params)) place(json, type, name, [value]);
  if (rule.body === '*') return json;
  for (const name of new Set(request.query.keys())) {
    if (!SYSTEM_PARAMETERS.has(name)) place(json, type, name, request.query.getAll(name));
  }
  return json;
}

/** Sets a dotted field from text values, as query and path parameters give them. */
function place(json: Record<string, unknown>, type: protobuf.Type, path: string, values: readonly string[]): void {
  const [head = '', ...rest] = path.split('.');
  const name = camelCase(head);
  const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
  if (field === undefined) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `Invalid JSON payload received. Unknown name "${path}": Cannot bind query parameter. Field '${head}' could not be found in request message.`,
    );
  }
  if (rest.length > 0 && field.resolvedType instanceof protobuf.Type) {
    const inner = isObject(json[name]) ? json[name] : {};
    json[name] = inner;
    place(inner, field.resolvedType, rest.join('.'), values);
  } else {
    const converted = values.map((value) => fromText(field, value));
    json[name] = field.repeated ? converted : converted.at(-1);
  }
}

function fromText(field: protobuf.Field, value: string): unknown {
  if (field.type === 'bool') return value === 'true' || value === '';
  if (field.resolvedType instanceof protobuf.Enum && /^\d+$/.test(value)) return Number(value);
  return value;
}
