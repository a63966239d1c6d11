// Owns the deployable: metadata, registered with the Functions Framework.
import { serveFunction } from '#shared/http/function-host.ts';
import { wireMetadata } from './wire.ts';

const metadata = wireMetadata(process.env);
serveFunction('metadata', metadata.handler, () => metadata.stop());
// What was under way when the instance before ended is driven on without waiting for the next tick.
metadata.open().catch(() => undefined);
