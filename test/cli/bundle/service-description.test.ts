// What a bundled client is told of its API: as much as its own service needs, and everything that decides bytes.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { type Description, descriptionOf } from '#cli/bundle/service-description.ts';

const PACKAGES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const PUBSUB = '@google-cloud/pubsub-api/build/protos/protos.json';

function read(file: string): Description {
  return JSON.parse(readFileSync(join(PACKAGES, file), 'utf8')) as Description;
}

function rootOf(description: Description): protobuf.Root {
  const root = protobuf.Root.fromJSON(description);
  root.resolveAll();
  return root;
}

/** Every service in a namespace, by full name. */
function servicesIn(parent: protobuf.NamespaceBase): readonly protobuf.Service[] {
  return parent.nestedArray.flatMap((inner) => {
    if (inner instanceof protobuf.Service) return [inner];
    return inner instanceof protobuf.Namespace && !(inner instanceof protobuf.Type) ? servicesIn(inner) : [];
  });
}

/** Messages that a message can have within it, with itself, by full name. */
function reachable(type: protobuf.Type, found = new Map<string, protobuf.Type>()): ReadonlyMap<string, protobuf.Type> {
  if (found.has(type.fullName)) return found;
  found.set(type.fullName, type);
  for (const { resolvedType } of type.fieldsArray)
    if (resolvedType instanceof protobuf.Type) reachable(resolvedType, found);
  return found;
}

/** All that decides how a message is written. */
function wire(type: protobuf.Type): readonly unknown[] {
  return type.fieldsArray.map((field) => [
    field.name,
    field.id,
    field.type,
    field.resolvedType?.fullName,
    field.resolvedType instanceof protobuf.Enum ? field.resolvedType.values : undefined,
    field.repeated,
    field instanceof protobuf.MapField ? field.keyType : undefined,
    field.packed,
    field.partOf?.name,
    field.options?.['proto3_optional'],
  ]);
}

const files = globSync(['@google-cloud/*/build/protos/protos.json', 'google-gax/build/protos/*.json'], {
  cwd: PACKAGES,
});

test('every message of every call of a service is written as in the whole description, whichever API it is', () => {
  let parts = 0;
  for (const file of files) {
    const description = read(file);
    const whole = rootOf(description);
    for (const service of servicesIn(whole)) {
      const needed = descriptionOf(service.fullName.slice(1), description);
      if (needed.kind === 'whole') continue;
      parts += 1;
      const part = rootOf(needed.description);
      assert.deepEqual(Object.keys(part.lookupService(service.fullName).methods), Object.keys(service.methods));
      for (const method of service.methodsArray) {
        const same = part.lookupService(service.fullName).methods[method.name];
        assert.deepEqual(
          [same?.requestStream, same?.responseStream],
          [method.requestStream, method.responseStream],
          method.fullName,
        );
        for (const type of [method.resolvedRequestType, method.resolvedResponseType])
          for (const message of type === null ? [] : reachable(type).values())
            assert.deepEqual(wire(part.lookupType(message.fullName)), wire(message), message.fullName);
      }
    }
  }
  assert.ok(parts >= 5, `only ${parts} services were looked at`);
});

test('the publisher is told of topics and not of subscriptions, and of no annotation', () => {
  const { kind, description } = descriptionOf('google.pubsub.v1.Publisher', read(PUBSUB));
  const text = JSON.stringify(description);
  assert.equal(kind, 'part');
  assert.ok(text.length < JSON.stringify(read(PUBSUB)).length / 5);
  assert.match(text, /PublishRequest/);
  assert.doesNotMatch(text, /StreamingPull|\(google\.api|FileDescriptor|parsedOptions/);
});

test('what methods answer later is told by annotations, so such an API is described whole', () => {
  const description = read('@google-cloud/kms/build/protos/protos.json');
  const needed = descriptionOf('google.cloud.kms.v1.KeyManagementService', description);
  assert.equal(needed.kind, 'whole');
  assert.equal(needed.description, description);
});

test('a description without the service is left as it is', () => {
  assert.equal(descriptionOf('google.pubsub.v1.Nothing', read(PUBSUB)).kind, 'whole');
  assert.equal(descriptionOf('', read('google-gax/build/protos/status.json')).kind, 'whole');
});

test('a name means the innermost declaration, and options of the language itself stay', () => {
  const type = (fields: Record<string, { type: string; id: number; options?: object }>): object => ({ fields });
  const description = {
    nested: {
      a: {
        options: { go_package: 'a' },
        nested: {
          Unused: type({}),
          Given: type({ outer: { type: 'string', id: 1 } }),
          v1: {
            nested: {
              Given: type({ inner: { type: 'Inner', id: 1, options: { proto3_optional: true, '(x.y)': 'z' } } }),
              Inner: { ...type({}), nested: { Deep: type({ all: { type: '.a.Given', id: 1 } }) } },
              Ends: { methods: { Do: { requestType: 'Given', responseType: 'Inner.Deep', parsedOptions: [{}] } } },
            },
          },
        },
      },
    },
  } as Description;
  assert.deepEqual(JSON.parse(JSON.stringify(descriptionOf('a.v1.Ends', description).description)), {
    nested: {
      a: {
        nested: {
          Given: type({ outer: { type: 'string', id: 1 } }),
          v1: {
            nested: {
              Given: type({ inner: { type: 'Inner', id: 1, options: { proto3_optional: true } } }),
              Inner: { ...type({}), nested: { Deep: type({ all: { type: '.a.Given', id: 1 } }) } },
              Ends: { methods: { Do: { requestType: 'Given', responseType: 'Inner.Deep' } } },
            },
          },
        },
      },
    },
  });
});
