/** The text of docs/workflows-doubts.md, from the table of doubts. */
import { DOUBTS } from './doubts.ts';

const HEAD = `# Doubts about Workflows

Generated from \`local/workflows/language/doubts.ts\` by \`node scripts/generate-docs.ts\`; a test fails when this page is stale.

What public sources do not settle about the language of Cloud Workflows, and what the local cloud does. Each wants one run on Google.
The [known differences](local-cloud.md#workflows) are elsewhere: those are settled, and on purpose.

| id | in doubt | here |
| --- | --- | --- |
`;

/** The whole page. */
export function doubtsPage(): string {
  return HEAD + DOUBTS.map(({ id, question, chosen }) => `| ${id} | ${cell(question)} | ${cell(chosen)} |\n`).join('');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
