/** What opening values in SQL costs: a query of BigQuery over sealed rows, its requests to privacy over HTTP, the record of each, the answers. */
import type { Benchmark } from './benchmark.ts';
import { openRevealPart } from './privacy-cloud.ts';

const unit = 'values/s';
const IN_PROCESS = 'opened in the process of privacy';

export const benchmark: Benchmark = {
  says: '40,000 sealed values of 1,000 users (cold: of 4,000, each new to privacy) by the clock: a process for the local cloud with its BigQuery, one for privacy',
  measurements: [
    { name: IN_PROCESS, unit, better: 'more', open: () => openRevealPart('in-process') },
    {
      name: 'through BigQuery',
      unit,
      better: 'more',
      goal: 20_000,
      baseline: IN_PROCESS,
      open: () => openRevealPart('warm'),
    },
    { name: 'through BigQuery, cold', unit, better: 'more', baseline: IN_PROCESS, open: () => openRevealPart('cold') },
  ],
};
