import { spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CODE_MAX_BYTES = 256 * 1024 * 1024;

/** The commit before the one that brought the newest migration, or why it is not known here. */
export function earlierCode(): { readonly commit: string } | { readonly reason: string } {
  const git = (...words: string[]): string =>
    spawnSync('git', ['-C', ROOT, ...words], { encoding: 'utf8' }).stdout?.trim() ?? '';
  const newest = git('log', '-1', '--diff-filter=A', '--format=%H', '--', 'src/*/migrations/*.sql');
  const commit = newest === '' ? '' : git('rev-parse', '--verify', '--quiet', `${newest}^`);
  return commit === ''
    ? {
        reason: 'the code before the newest migration is not in this clone (git fetch --unshallow)',
      }
    : { commit };
}

/** A new folder with the code of a commit, ready to be run; whoever asked removes it. */
export function unpacked(commit: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-earlier-'));
  const files = spawnSync('git', ['-C', ROOT, 'archive', commit, 'src', 'bin', 'package.json'], {
    maxBuffer: CODE_MAX_BYTES,
  });
  const { status } = spawnSync('tar', ['-x', '-C', folder], { input: files.stdout });
  if (status !== 0) throw new Error(`the code of ${commit} could not be unpacked`);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
