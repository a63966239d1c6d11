/** Cloud Pub/Sub: pubsub.googleapis.com over gRPC and, by the HTTP rules of its protos, over REST. */
import type { CloudContext, CloudService } from '../host/service.ts';
import type { BigQuerySink } from './bigquery-sink.ts';
import { Broker } from './broker/broker.ts';
import { createDestinations } from './destinations.ts';
import { createPublisher } from './publisher.ts';
import { createSchemaService } from './schema-service.ts';
import { createSubscriber } from './subscriber.ts';

/** @param bigQuery where BigQuery subscriptions write; without it no table exists for them */
export function createPubSub(context: CloudContext, bigQuery?: BigQuerySink): CloudService {
  const broker = new Broker({ context, bigQuery });
  return {
    grpc: [
      createPublisher(broker, context.clock),
      createSubscriber(broker, createDestinations(broker, bigQuery)),
      createSchemaService(),
    ],
    start: async () => broker.start(),
    stop: () => broker.stop(),
  };
}
