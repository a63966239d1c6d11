// Owns reading declarations out of the history of a git repository, without touching its work tree.
import { spawnSync } from 'node:child_process';
import { DECLARATION_FOLDERS, isDeclaration } from '#shared/catalog/read-folder.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

/** The declarations of one commit. */
export interface CommittedDeclarations {
  readonly commit: string;
  /** Texts by path from the root of the declarations. */
  readonly files: ReadonlyMap<string, string>;
  /** Earlier texts of one file, newest first. */
  earlier(path: string): readonly string[];
}

/** Of one file, so many earlier states are looked at. */
const MAX_EARLIER = 200;
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/**
 * The declarations where the current commit and another part: what others have merged since is none of this change.
 * @param root the folder of the declarations, anywhere in a work tree
 * @param ref a branch, tag or commit
 * @throws PlatformError usage when there is no such commit, unreadable_file when there is no git repository
 */
export function committedDeclarations(root: string, ref: string): CommittedDeclarations {
  const inside = git(root, ['rev-parse', '--show-prefix']);
  if (inside === undefined)
    throw new PlatformError('unreadable_file', {
      message: `${root} is in no git repository.`,
      hint: '--against compares with a commit: run it in a clone.',
    });
  const prefix = inside.toString('utf8').trim();
  const tip = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  if (tip === undefined) {
    throw new PlatformError('usage', {
      message: `--against names ${JSON.stringify(ref)}, which is no commit, branch or tag here.`,
      hint: 'Fetch it first; in CI, clone with its history.',
    });
  }
  const other = tip.toString('utf8').trim();
  const commit = git(root, ['merge-base', 'HEAD', other])?.toString('utf8').trim() ?? other;
  return {
    commit,
    files: filesOf(root, commit, prefix),
    earlier: (path) => earlierTexts(root, commit, `${prefix}${path}`),
  };
}

function filesOf(root: string, commit: string, prefix: string): ReadonlyMap<string, string> {
  const folders = DECLARATION_FOLDERS.map((folder) => `${prefix}${folder}`);
  const listed = git(root, ['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...folders])?.toString('utf8') ?? '';
  const entries = listed.split('\0').flatMap((line) => {
    const [, object = '', path = ''] = /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    const name = path.slice(prefix.length);
    return object !== '' && isDeclaration(name) ? [{ object, name }] : [];
  });
  const texts = blobs(
    root,
    entries.map(({ object }) => object),
  );
  return new Map(entries.flatMap(({ name }, index) => (texts[index] === undefined ? [] : [[name, texts[index]]])));
}

function earlierTexts(root: string, commit: string, path: string): readonly string[] {
  const log = git(root, ['log', `--max-count=${MAX_EARLIER}`, '--format=%H', commit, '--', `:(top,literal)${path}`]);
  const commits = (log?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
  const texts = blobs(
    root,
    commits.map((one) => `${one}:${path}`),
  );
  return texts.flatMap((text) => (text === undefined ? [] : [text]));
}

/** The texts of objects, in order; undefined for those that are not there. */
function blobs(root: string, names: readonly string[]): readonly (string | undefined)[] {
  if (names.length === 0) return [];
  const output = git(root, ['cat-file', '--batch'], names.map((name) => `${name}\n`).join(''));
  if (output === undefined) throw new PlatformError('unreadable_file', { message: 'git cat-file failed.' });
  let at = 0;
  return names.map(() => {
    const end = output.indexOf('\n', at);
    const size = / blob (\d+)$/.exec(output.toString('utf8', at, end))?.[1];
    at = end + 1;
    if (size === undefined) return undefined;
    const text = output.toString('utf8', at, at + Number(size));
    // A line feed follows each object.
    at += Number(size) + 1;
    return text;
  });
}

/** What a command writes; undefined when it fails. */
function git(root: string, args: readonly string[], input?: string): Buffer | undefined {
  const { status, stdout, error } = spawnSync('git', args, {
    cwd: root,
    input,
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['pipe', 'pipe', 'ignore'],
    // What it says is read by this program.
    env: { ...process.env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT')
    throw new PlatformError('unreadable_file', { message: `git cannot be run in ${root}.`, cause: error });
  return status === 0 ? stdout : undefined;
}
