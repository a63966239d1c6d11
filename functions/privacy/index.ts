// Owns the deployable: privacy, registered with the Functions Framework.
import { serveFunction } from '#shared/http/function-host.ts';
import { wirePrivacy } from './wire.ts';

const privacy = wirePrivacy(process.env);
serveFunction('privacy', privacy.handler, () => privacy.stop());
