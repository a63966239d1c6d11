/** `trib compile --against`, the whole command in a process of its own, in a clone that somebody works in. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { filesWith, PLAYED } from '#test/shared/catalog/declarations.ts';
import { CONTRACT, FOLDER, QUERY } from '#test/shared/catalog/endpoints.ts';
import { type CommandResult, runTrib } from './trib.ts';

const FILE = 'events/music/Played.yaml';
const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

interface Repository {
  readonly root: string;
  /** A file of the declarations; without a text it goes. */
  readonly write: (file: string, text: string | undefined) => void;
  readonly git: (...args: readonly string[]) => string;
  readonly commit: () => void;
  readonly compile: (...args: readonly string[]) => Promise<CommandResult>;
}

/** A repository whose declarations are in a folder of it. */
function repository(): Repository {
  const top = mkdtempSync(join(tmpdir(), 'tributary-against-'));
  folders.push(top);
  const root = join(top, 'data platform');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', top, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
    });
  const write = (file: string, text: string | undefined): void => {
    if (text === undefined) return rmSync(join(root, file));
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const [file, text] of filesWith({})) write(file, text);
  git('init', '--quiet', '--initial-branch=main');
  const commit = (): void => {
    git('add', '--all');
    git('commit', '--quiet', '--message=x');
  };
  commit();
  return {
    root,
    write,
    git,
    commit,
    compile: (...args) => runTrib(['compile', '--root', root, ...args]),
  };
}

interface Told {
  readonly against: {
    readonly level?: string;
    readonly problemsThere: number;
    readonly subjects: readonly { readonly subject: string; readonly level: string }[];
    readonly refusals: readonly { readonly code: string; readonly rule?: string; readonly message: string }[];
  };
}

test('a compatible change is told with its level, a breaking one is refused at its place', async () => {
  const { write, compile } = repository();
  assert.match((await compile('--against', 'main')).stderr, /no change/);
  write(FILE, PLAYED.replace('max: 1000', 'max: 2000'));
  const minor = await compile('--against', 'main');
  assert.equal(minor.exitCode, 0, minor.stderr);
  assert.equal(
    minor.stdout,
    'minor  event type music.Played\n    minor  fields.ms.max: "max" was 1000 and is 2000 (rule widen-limit)\n',
  );
  assert.match(minor.stderr, /a minor change/);
  write(FILE, PLAYED.replace('max: 1000', 'max: 999'));
  const major = await compile('--against', 'main');
  assert.equal(major.exitCode, 1);
  assert.match(major.stdout, /\nevents\/music\/Played\.yaml:9:34 {2}fields\.ms\.max: "max" was 1000 and is 999 \(rule/);
  assert.match(
    major.stdout,
    /hint: Leave events\/music\/Played\.yaml as it was and declare events\/music\/Played_v2\.yaml\./,
  );
});

test('the next version beside the old one is compatible whatever it changes', async () => {
  const { write, compile } = repository();
  write('events/music/Played_v2.yaml', PLAYED.replace('type: int64, min: 0, max: 1000', 'type: float64'));
  const { exitCode, stdout } = await compile('--against', 'HEAD');
  assert.equal(exitCode, 0);
  assert.equal(stdout, 'minor  event type music.Played_v2\n    minor  the event type is new (rule add-event-type)\n');
});

test('an event type does not go without approvals of what its tables hold', async () => {
  const { write, compile } = repository();
  write('events/music/Other.yaml', PLAYED);
  write(FILE, undefined);
  const refused = await compile('--against', 'main', '--json');
  assert.equal(refused.exitCode, 1);
  const { against } = JSON.parse(refused.stdout) as Told;
  assert.deepEqual(against.refusals.map(({ code, message }) => `${code}: ${message.split(' would')[0]}`).toSorted(), [
    'deletion_not_approved: subscription land.music.Played',
    'deletion_not_approved: table music.played',
    'deletion_not_approved: table raw.music_played',
    'deletion_not_approved: topic events.music.Played',
  ]);
  const approvals = against.refusals.map(
    ({ message }) => `- {resource: ${message.split(' would')[0]}, reason: Nobody needs it., approved_by: team-a}\n`,
  );
  write('deletions.yaml', approvals.join(''));
  assert.equal((await compile('--against', 'main')).exitCode, 0);
});

test('a purpose that comes to need consent is told, and not refused', async () => {
  const { root, write, compile } = repository();
  const file = 'platform/purposes.yaml';
  write(
    file,
    readFileSync(join(root, file), 'utf8').replace('contract, consent: not-required', 'contract, consent: required'),
  );
  const { exitCode, stdout } = await compile('--against', 'main');
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /^major {2}purpose quality\n {4}major {2}consent: events need consent, .* \(rule require-consent\)\n$/,
  );
});

const SOURCE_FILE = 'platform/sources/web.yaml';
const SOURCE = `description: The website, by the clients of Segment.
owner: team-a
protocol: segment
events:
  track Song Played:
    type: music.Played
    fields: {track: properties.track, ms: {path: properties.ms, otherwise: 0}}
    examples:
      - sent: {type: track, event: Song Played, userId: ann, properties: {track: t1}}
        data: {track: t1, ms: 0}
`;

test('a mapping that clients rely on does not go unseen: it is refused at its place until somebody approves it', async () => {
  const { write, commit, compile } = repository();
  write(SOURCE_FILE, SOURCE);
  assert.equal(
    (await compile('--against', 'main')).stdout,
    'minor  source web\n    minor  it maps events of segment, which nothing did (rule add-source)\n',
  );
  commit();
  const narrowed = SOURCE.replace(', otherwise: 0', '').replace('{track: t1}}', '{track: t1, ms: 0}}');
  write(SOURCE_FILE, narrowed);
  const refused = await compile('--against', 'HEAD');
  assert.equal(refused.exitCode, 1);
  assert.match(
    refused.stdout,
    /\nplatform\/sources\/web\.yaml:6:5 {2}events\.track Song Played: example 1 of before is refused now: missing_field at data\.ms \(rule refuse-sent\)\n/,
  );
  write(SOURCE_FILE, undefined);
  const gone = await compile('--against', 'HEAD');
  assert.equal(gone.exitCode, 1);
  assert.match(
    gone.stdout,
    /\nsource web: nothing maps the events of segment any more \(rule remove-source\)\n {4}hint: /,
  );
  write('deletions.yaml', '- {resource: source web, reason: The website is closed., approved_by: team-a}\n');
  const approved = await compile('--against', 'HEAD');
  assert.equal(approved.exitCode, 0, approved.stderr);
  assert.match(approved.stdout, /^major {2}source web\n/);
});

test('what others have merged since is none of this change', async () => {
  const { write, git, commit, compile } = repository();
  git('switch', '--quiet', '--create', 'work');
  write(FILE, PLAYED.replace('A track', 'One track'));
  commit();
  git('switch', '--quiet', 'main');
  write('events/music/Other.yaml', PLAYED);
  commit();
  git('switch', '--quiet', 'work');
  const { against } = JSON.parse((await compile('--against', 'main', '--json')).stdout) as Told;
  assert.deepEqual(
    against.subjects.map(({ subject, level }) => `${level} ${subject}`),
    ['patch event type music.Played'],
  );
});

test('a name that was a field of another type is not used again, however long ago it was dropped', async () => {
  const { write, commit, compile } = repository();
  const field = (type: string): string =>
    PLAYED.replace(
      '  ms:',
      `  more: {type: ${type}, semantic: metric, optional: true, description: Something more.}\n  ms:`,
    );
  for (const text of [field('int64'), PLAYED, PLAYED.replace('A track', 'One track')]) {
    write(FILE, text);
    commit();
  }
  write(FILE, field('int64'));
  assert.equal((await compile('--against', 'HEAD')).exitCode, 0);
  write(FILE, field('string'));
  const { exitCode, stdout } = await compile('--against', 'HEAD');
  assert.equal(exitCode, 1);
  assert.match(stdout, /events\/music\/Played\.yaml:9:9 {2}fields\.more: column more is INTEGER, not STRING/);
});

test('a commit with mistakes of its own can be corrected', async () => {
  const { write, commit, compile } = repository();
  write('events/music/Broken.yaml', 'description: too little\n');
  write(`${FOLDER}/endpoint.yaml`, CONTRACT);
  write(`${FOLDER}/query.sql`, QUERY);
  commit();
  write('events/music/Broken.yaml', PLAYED);
  write(FILE, PLAYED.replace('max: 1000', 'max: 999'));
  const { exitCode, stdout } = await compile('--against', 'HEAD', '--json');
  assert.equal(exitCode, 1);
  const { against } = JSON.parse(stdout) as Told;
  assert.ok(against.problemsThere > 0);
  assert.deepEqual(
    against.refusals.map(({ rule }) => rule),
    ['narrow-limit'],
  );
  assert.deepEqual(
    against.subjects.map(({ subject }) => subject),
    ['event type music.Broken', 'event type music.Played'],
    'of the endpoint nothing is known, so nothing is told',
  );
});

test('a name that is no commit is a mistake of usage, whatever it looks like', async () => {
  const { compile } = repository();
  for (const ref of ['nowhere', '--output=x', 'main:events']) {
    const { exitCode, stderr } = await compile(`--against=${ref}`);
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, /which is no commit, branch or tag here/);
  }
});
