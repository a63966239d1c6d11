// Owns the deployable: collect, registered with the Functions Framework.
import { serveFunction } from '#shared/http/function-host.ts';
import { wireCollect } from './wire.ts';

const collect = wireCollect(process.env);
serveFunction('collect', collect.handler, () => collect.stop());
