import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { loadProtos } from '#local/host/protos.ts';
import { messageOffsets, readPublishRequest } from '#local/pubsub/wire/publish-request.ts';
import { readMessage, readOrderingKey, writeMessage } from '#local/pubsub/wire/pubsub-message.ts';
import { writeStreamingResponse } from '#local/pubsub/wire/streaming-response.ts';

const root = loadProtos();
const PublishRequest = root.lookupType('google.pubsub.v1.PublishRequest');
const PubsubMessage = root.lookupType('google.pubsub.v1.PubsubMessage');
const StreamingPullResponse = root.lookupType('google.pubsub.v1.StreamingPullResponse');

const KEY = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((key) => !key.startsWith('goog'));
const ATTRIBUTES = fc.dictionary(KEY, fc.string({ unit: 'grapheme', maxLength: 40 }), {
  maxKeys: 4,
  noNullPrototype: true,
});
const MESSAGE = fc.record({
  data: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  attributes: ATTRIBUTES,
});
const ORDERING_KEY = fc.string({ unit: 'grapheme', maxLength: 20 });

test('messages are found in publish requests as protobufjs wrote them, and read back part by part', () => {
  fc.assert(
    fc.property(fc.array(MESSAGE, { minLength: 1, maxLength: 6 }), ORDERING_KEY, (messages, orderingKey) => {
      const topic = 'projects/p/topics/events';
      const sent = { topic, messages: messages.map((message) => ({ ...message, orderingKey })) };
      const bytes = Buffer.from(PublishRequest.encode(PublishRequest.fromObject(sent)).finish());
      const request = readPublishRequest(bytes);
      assert.equal(request.topic, topic);
      assert.equal(request.count, messages.length);
      assert.equal(request.body, bytes);
      const offsets = messageOffsets(request.body, request.count);
      for (const [index, message] of messages.entries()) {
        const stored = request.body.subarray(offsets[index * 2], offsets[index * 2 + 1]);
        assert.deepEqual(readMessage(stored), { ...message, orderingKey });
        assert.equal(readOrderingKey(stored), orderingKey);
        assert.deepEqual(readMessage(writeMessage({ ...message, orderingKey })), { ...message, orderingKey });
      }
    }),
  );
});

test('an id and a time that a publisher sets are left out of what is stored', () => {
  const message = {
    data: Buffer.from('x'),
    attributes: { a: 'b' },
    messageId: '7',
    publishTime: { seconds: 1, nanos: 5 },
  };
  const sent = { topic: 'projects/p/topics/events', messages: [message, { data: Buffer.from('y') }] };
  const { body, count } = readPublishRequest(
    Buffer.from(PublishRequest.encode(PublishRequest.fromObject(sent)).finish()),
  );
  assert.equal(count, 2);
  const offsets = messageOffsets(body, count);
  const stored = PubsubMessage.toObject(PubsubMessage.decode(body.subarray(offsets[0], offsets[1])));
  assert.deepEqual(stored, { data: Buffer.from('x'), attributes: { a: 'b' } });
});

test('streaming responses decode to what was delivered', () => {
  const TIME_MS = fc.integer({ min: 0, max: 4e12 });
  fc.assert(
    fc.property(
      fc.array(MESSAGE, { maxLength: 4 }),
      TIME_MS,
      fc.nat(100),
      fc.boolean(),
      (messages, publishTimeMs, attempt, ordered) => {
        const received = messages.map((message, index) => ({
          ackId: `a-${index}`,
          messageId: String(index),
          deliveryAttempt: attempt,
          message: { sequence: index, publishTimeMs, bytes: writeMessage({ ...message, orderingKey: 'k' }) },
        }));
        const properties = { exactlyOnceDeliveryEnabled: !ordered, messageOrderingEnabled: ordered };
        const decoded = StreamingPullResponse.toObject(
          StreamingPullResponse.decode(writeStreamingResponse(received, properties)),
          { longs: Number, defaults: true, arrays: true },
        );
        assert.deepEqual(decoded['subscriptionProperties'], properties);
        assert.deepEqual(
          decoded['receivedMessages'],
          messages.map((message, index) => ({
            ackId: `a-${index}`,
            deliveryAttempt: attempt,
            message: {
              ...message,
              messageId: String(index),
              orderingKey: 'k',
              publishTime: { seconds: Math.floor(publishTimeMs / 1000), nanos: (publishTimeMs % 1000) * 1e6 },
            },
          })),
        );
      },
    ),
  );
});

test('bytes that are no publish request are refused and never break anything', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        const { body, count } = readPublishRequest(Buffer.from(bytes));
        messageOffsets(body, count);
      } catch (error) {
        assert.equal((error as { status?: string }).status, 'INVALID_ARGUMENT');
      }
    }),
    { numRuns: 2000 },
  );
});
