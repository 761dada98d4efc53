import { spawnSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';

import { makeRecoveryKey, publicKeyOf, unlock } from './recovery-key.ts';
import { type DataKey, makeDataKey, sealed, unsealed, unwrapped, wrapped } from './seal.ts';
import { codeOf, Trouble } from '../trouble.ts';

/** A folder with backups: base backups, the log since the first of them, and the keys of both. */
export type Store = {
  readonly folder: string;
  readonly isEncrypted: boolean;
  /** Compresses, encrypts, and moves the whole file into its place; on the disk with `flush` only. */
  readonly write: (name: string, chunks: AsyncIterable<Buffer>) => Promise<void>;
  /** All that was written before is on the disk. */
  readonly flush: () => void;
  readonly read: (name: string) => Promise<Readable>;
  /** Names in a folder of it, in order; none when there is no such folder. */
  readonly list: (folder: string) => Promise<string[]>;
  readonly remove: (name: string) => Promise<void>;
  /** Facts that are no secret, in JSON. */
  readonly note: (name: string, value: object) => Promise<void>;
  /** Null: there are none of that name. */
  readonly noted: (name: string) => Promise<unknown>;
};

const MARK = 'openspine-backups';
const PUBLIC_KEY = 'recovery-key.pub';
const PRIVATE_KEY = 'recovery-key.pem';
const KEYS = 'keys';
const MODE = 0o600;
const LEVEL = 3;

/** Makes a folder one for backups, if it is not: with a recovery key, or for backups in the clear. Answers its shares. */
export async function makeStore(folder: string, isEncrypted: boolean): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (await isThere(join(folder, MARK))) return [];
  const others = await readdir(folder);
  if (others.length > 0) {
    throw new Trouble(
      `${folder} is not empty, and holds no backups of ours`,
      'name a folder that is empty or not there yet with --into',
    );
  }
  const key = isEncrypted ? makeRecoveryKey() : null;
  if (key !== null) {
    await writeFile(join(folder, PUBLIC_KEY), key.publicPem, { mode: MODE });
    await writeFile(join(folder, PRIVATE_KEY), key.privatePem, { mode: MODE });
  }
  await writeFile(join(folder, MARK), `1\n`, { mode: MODE });
  return key?.shares ?? [];
}

/** `shares`: texts of those who open it together; none when nothing is to be read. */
export async function openStore(folder: string, shares: readonly string[] | null): Promise<Store> {
  if (!(await isThere(join(folder, MARK)))) {
    throw new Trouble(
      `${folder} holds no backups`,
      'name the folder that spine backup --into wrote to',
    );
  }
  const isEncrypted = await isThere(join(folder, PUBLIC_KEY));
  const privateKey =
    isEncrypted && shares !== null
      ? unlock(await readFile(join(folder, PRIVATE_KEY), 'utf8'), shares)
      : null;
  const keys = isEncrypted ? new Keys(folder, privateKey) : null;
  return {
    folder,
    isEncrypted,
    write: (name, chunks) => write(join(folder, name), keys, chunks),
    flush: () => flush(folder),
    read: (name) => read(join(folder, name), keys),
    list: async (name) => {
      try {
        return (await readdir(join(folder, name))).toSorted();
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      }
    },
    remove: (name) => rm(join(folder, name), { recursive: true, force: true }),
    note: (name, value) => replace(join(folder, name), `${JSON.stringify(value, null, 1)}\n`),
    noted: async (name) => {
      const file = join(folder, name);
      if (!(await isThere(file))) return null;
      const value: unknown = JSON.parse(await readFile(file, 'utf8'));
      return value;
    },
  };
}

/** Of one run: each run of a backup has a key of its own, kept encrypted to the recovery key. */
class Keys {
  readonly #folder: string;
  readonly #privateKey: KeyObject | null;
  readonly #known = new Map<string, DataKey>();
  #own: DataKey | null = null;

  constructor(folder: string, privateKey: KeyObject | null) {
    this.#folder = folder;
    this.#privateKey = privateKey;
  }

  async own(): Promise<DataKey> {
    if (this.#own !== null) return this.#own;
    const key = makeDataKey();
    const recoveryKey = publicKeyOf(await readFile(join(this.#folder, PUBLIC_KEY), 'utf8'));
    await replace(join(this.#folder, KEYS, key.id), wrapped(key, recoveryKey));
    this.#own = key;
    return key;
  }

  async of(id: string): Promise<DataKey> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#privateKey === null) {
      throw new Trouble(
        'These backups are encrypted, and nobody has opened the recovery key',
        'name the files of three shares of it after the options',
      );
    }
    const kept = await readFile(join(this.#folder, KEYS, id));
    const key = unwrapped(id, kept, this.#privateKey);
    this.#known.set(id, key);
    return key;
  }
}

async function write(
  file: string,
  keys: Keys | null,
  chunks: AsyncIterable<Buffer>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const compress = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  const seal = keys === null ? null : await keys.own();
  const last = createWriteStream(`${file}.new`, { mode: MODE });
  const source = Readable.from(chunks);
  if (seal === null) await pipeline(source, compress, last);
  else await pipeline(source, compress, (bytes) => sealed(seal, bytes), last);
  await rename(`${file}.new`, file);
}

/** All of a file system at once: a base backup has a thousand small files. */
function flush(folder: string): void {
  const { status, stderr, error } = spawnSync('sync', ['-f', folder], { encoding: 'utf8' });
  if (status === 0) return;
  throw new Trouble(
    `What was written to ${folder} may not be on its disk: ${error?.message ?? stderr.trim()}`,
    'look at that disk, then make the backup again',
  );
}

async function read(file: string, keys: Keys | null): Promise<Readable> {
  const bytes = keys === null ? createReadStream(file) : await unsealed(file, (id) => keys.of(id));
  const plain = createZstdDecompress();
  bytes.once('error', (error) => plain.destroy(error));
  return bytes.pipe(plain);
}

async function replace(file: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, content, { mode: MODE, flush: true });
  await rename(`${file}.new`, file);
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
