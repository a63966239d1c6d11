// Owns reading `deletions.yaml`: the approvals that go with one change.
import { z } from 'zod';
import type { TeamId } from '../../platform/ids.ts';
import { didYouMean, listNames } from '../did-you-mean.ts';
import type { Platform } from '../platform.ts';
import type { Problem } from '../problem.ts';
import { checkSchema } from '../schema-problems.ts';
import { parseYaml } from '../yaml-source.ts';
import { type Deletion, DELETIONS_FILE, SOURCE_KIND } from './deletion.ts';
import { HOLDS_DATA } from './resource.ts';

const KINDS = [...HOLDS_DATA, SOURCE_KIND];

const deletionsFile = z
  .array(
    z.strictObject({
      resource: z
        .string()
        .regex(new RegExp(`^(?:${KINDS.join('|')}) \\S+$`))
        .meta({ what: 'a resource', allowed: `a kind (${KINDS.join(', ')}) and a name, as the plan shows them` }),
      reason: z.string().min(10).max(500).meta({ what: 'a reason', allowed: 'a sentence of 10 to 500 characters' }),
      approved_by: z.string().meta({ what: 'a team', allowed: 'a team of platform/teams.yaml' }),
    }),
  )
  .meta({ what: 'a list of approvals' });

/** The approvals of a file's text, or what is wrong with it. */
export function readDeletions(
  text: string,
  { teams }: Pick<Platform, 'teams'>,
): { readonly deletions: readonly Deletion[]; readonly problems: readonly Problem[] } {
  const parsed = parseYaml(DELETIONS_FILE, text);
  if (parsed.kind === 'failed') return { deletions: [], problems: parsed.problems };
  const checked = checkSchema(parsed.source, deletionsFile);
  if (checked.kind === 'invalid') return { deletions: [], problems: checked.problems };
  const names = Object.keys(teams);
  const problems = checked.value.flatMap(({ approved_by: team }, index): readonly Problem[] => {
    // Only looked up: what is no team has no entry.
    if (teams[team as TeamId] !== undefined) return [];
    const place = parsed.source.placeOf([index, 'approved_by']);
    return [
      { ...place, message: `there is no team "${team}"`, allowed: listNames(names), hint: didYouMean(team, names) },
    ];
  });
  const deletions = checked.value.map(({ resource, reason, approved_by: approvedBy }) => ({
    resource,
    reason,
    approvedBy,
  }));
  return { deletions, problems };
}
