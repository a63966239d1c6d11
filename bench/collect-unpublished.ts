/** Collect as a function whose stores are in memory and whose publisher acknowledges at once: everything but the cloud. */
import { createCollect } from '#functions/collect/collect.ts';
import { serveFunction } from '#shared/http/function-host.ts';
import { partsInMemory } from '#test/functions/collect/in-memory.ts';

const collect = createCollect(await partsInMemory());
serveFunction('collect', collect.handler, () => collect.stop());
