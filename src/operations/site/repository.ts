import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

import type { SiteFile } from './pages.ts';

/** A file as it is served. */
export type Served = { readonly bytes: Buffer; readonly etag: string };

/**
 * The written site: a folder that any web server can serve. Each file is moved into place whole, so that nobody reads
 * half of one.
 */
export type SiteFolder = {
  /** Null: there is no such file. */
  read(path: string): Served | null;
  write(files: readonly SiteFile[], at: Date): void;
  /** When it was last written; null: never. */
  writtenAt(): Date | null;
};

const HEARTBEAT = 'heartbeat';

export function openSiteFolder(folder: string): SiteFolder {
  mkdirSync(folder, { recursive: true });
  let files = readAll(folder);
  return {
    read: (path) => files.get(path) ?? null,
    write: (written, at) => {
      const next = new Map<string, Served>();
      for (const { path, body } of written) {
        const known = files.get(path);
        const served = servedOf(Buffer.from(body));
        next.set(path, served);
        if (known?.etag !== served.etag || !existsSync(join(folder, path))) {
          replace(join(folder, path), served.bytes);
        }
      }
      for (const path of files.keys()) {
        if (!next.has(path) && path !== HEARTBEAT) rmSync(join(folder, path), { force: true });
      }
      const beat = servedOf(Buffer.from(`${at.toISOString()}\n`));
      replace(join(folder, HEARTBEAT), beat.bytes);
      files = next.set(HEARTBEAT, beat);
    },
    writtenAt: () => {
      const beat = files.get(HEARTBEAT)?.bytes.toString('utf8').trim() ?? '';
      return beat === '' ? null : new Date(beat);
    },
  };
}

function readAll(folder: string): Map<string, Served> {
  const files = new Map<string, Served>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const full = join(folder, name);
    if (name.endsWith(UNFINISHED)) rmSync(full, { force: true });
    else if (statSync(full).isFile())
      files.set(relative(folder, full), servedOf(readFileSync(full)));
  }
  return files;
}

const UNFINISHED = '.unfinished';

function replace(path: string, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}${UNFINISHED}`, bytes);
  renameSync(`${path}${UNFINISHED}`, path);
}

function servedOf(bytes: Buffer): Served {
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 20)}"`;
  return { bytes, etag };
}
