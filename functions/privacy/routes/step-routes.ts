// Owns the routes by which the workflow `erase-user` drives an erasure on. They take an id and never a payload.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import type { ErasureDeps } from '../erasures/erasure-deps.ts';
import { STEP_VERBS, type StepVerb, takeStepOf } from '../erasures/steps/steps.ts';
import { sweep } from '../erasures/sweep.ts';

const stepAnswer = z.object({
  id: z.string(),
  state: z.string(),
  againAfterSeconds: z.int().min(0).describe('0 when the step is taken; else call it again after so many seconds.'),
  rests: z.boolean().describe('Whether people have to do something first: whoever drives it stops here.'),
});

const MEANINGS: { readonly [Verb in StepVerb]: string } = {
  verify: 'Goes on once it is known that whoever asked may ask.',
  hold: 'Looks for a legal hold, and rests while there is one.',
  export: 'Puts together what is held, where the person asked for it.',
  tell: 'Writes a notice for each recipient outside.',
  scope: 'Finds out what has to be done to every table.',
  freeze: 'Freezes the keyrings of the subject, and seals what they lead to.',
  shred: 'Puts tombstones in the place of the keys, and tells every process.',
  wait: 'Waits out the revocation bound.',
  clean: 'Deletes the rows that were derived from opened values.',
  prove: 'Tries whether anything still opens.',
  certify: 'Signs the certificate, and enters it in the ledger.',
};

/** @param deps what erasures work on now; throws a PlatformError while that is not there */
export function stepRoutes(deps: () => ErasureDeps): readonly Route[] {
  const steps = STEP_VERBS.map((verb) =>
    route({
      method: 'POST',
      path: `/v1/erasures/{id}:${verb}`,
      summary: `${MEANINGS[verb]} For the workflow; may be repeated.`,
      allow: ['service'],
      answer: stepAnswer,
      async handle({ params }) {
        const { record, againAfterSeconds, rests = false } = await takeStepOf(deps(), params['id'] ?? '', verb);
        return { json: { id: record.id, state: record.state, againAfterSeconds, rests } };
      },
    }),
  );
  const sweeping = route({
    method: 'POST',
    path: '/v1/erasures:sweep',
    summary: 'Drives on every erasure that nobody drives. Done by itself each minute while the function lives.',
    allow: ['service', 'admin'],
    answer: z.object({ open: z.int(), started: z.int(), finished: z.int() }),
    async handle() {
      return { json: await sweep(deps()) };
    },
  });
  return [...steps, sweeping];
}
