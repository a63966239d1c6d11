/** How long forgetting takes on the local cloud: a user with 100 endpoints of opened rows, and a thousand people at once. */
import type { Benchmark } from './benchmark.ts';
import { openCloudPart } from './privacy-cloud.ts';

export const benchmark: Benchmark = {
  says: 'erasures step by step over Google clients on the local cloud, in a process beside it; time beyond the revocation bound',
  measurements: [
    {
      name: 'a user with 100 endpoints and 10,000 rows',
      unit: 's',
      better: 'less',
      goal: 60,
      open: () => openCloudPart('erase'),
    },
    { name: '1,000 erasures at once', unit: 's', better: 'less', open: () => openCloudPart('erase-many') },
  ],
};
