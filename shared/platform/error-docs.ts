// Owns the text of docs/errors.md, generated from the table of codes.
import { ERROR_AREAS, type ErrorCode, errorEntry, exitCode, httpStatus, isErrorCode } from './error-codes.ts';

const HEAD = `# Errors

Generated from \`shared/platform/error-codes.ts\` by \`node scripts/generate-docs.ts\`; a test fails when this page is stale.

Every error says what happened, with which value, and what to do next. Its **fault** says who can put it right, and status,
retry and exit code follow from it: a *caller*'s fault is never worth sending again unchanged, a *transient* one is, and the
*system*'s is ours. Over HTTP an error is problem details (RFC 9457) with the members \`code\` and \`hint\`; a rejected event has
them in its verdict. \`trib\` exits with the code of the last column.
`;

/** The whole of docs/errors.md. */
export function errorsPage(): string {
  const areas = Object.entries(ERROR_AREAS).map(([title, rows]) =>
    section(title, Object.keys(rows).filter(isErrorCode)),
  );
  return [HEAD, ...areas].join('\n');
}

function section(title: string, codes: readonly ErrorCode[]): string {
  const head = '| code | what it says | what to do | fault | HTTP | exit |\n| --- | --- | --- | --- | --- | --- |';
  return `## ${title}\n\n${head}\n${codes.map(row).join('\n')}\n`;
}

function row(code: ErrorCode): string {
  const { sentence, hint, fault } = errorEntry(code);
  const cells = [`\`${code}\``, sentence, hint, fault, String(httpStatus(code)), String(exitCode(code))];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
