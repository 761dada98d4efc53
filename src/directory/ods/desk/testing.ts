import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { ranOn } from '../../../cli/testing.ts';
import { directoryCommands } from '../../cli.ts';
import type { ReferencesTo } from '../../repository.ts';

/** As if fourteen patients had nominated each. */
const nominations: ReferencesTo = async (_database, codes) =>
  codes.map((ods) => ({ ods, what: 'nominations (P1)', count: 14 }));

/** For tests: an operator's commands on a database, and a folder for their files. */
export function odsDesk(url: () => string) {
  let place = '';
  before(async () => {
    place = await mkdtemp(join(tmpdir(), 'openspine-ods-'));
  });
  after(() => rm(place, { recursive: true, force: true }));
  const spine = async (...words: string[]) => {
    const argv = [...words, '-o', 'json'];
    const { code, stdout, stderr } = await ranOn(url(), directoryCommands([nominations]), argv);
    // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-assignment -- a test looks into whatever came
    const data: any = stdout === '' ? null : JSON.parse(stdout);
    return { code, stderr, data };
  };
  return {
    folder: () => place,
    spine,
    /** Imports a file of this name. */
    ods: async (name: string, content: string | Buffer, ...options: string[]) => {
      const path = join(place, name);
      await writeFile(path, content);
      return spine('ods', 'import', path, ...options);
    },
    show: async (code: string, ...options: string[]) =>
      (await spine('organisation', 'show', code, ...options)).data,
  };
}
