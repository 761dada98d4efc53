import { open } from 'node:fs/promises';

import { Trouble } from './trouble.ts';

const OF_OTHERS = 0o037; // its group may read it, as the keys of web servers are kept

/** Reads a file with a key in it; throws when its mode lets others at it [RELIABILITY 7.6]. */
export async function readPrivateFile(file: string): Promise<string> {
  const opened = await open(file);
  try {
    const { mode } = await opened.stat();
    if ((mode & OF_OTHERS) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, '0');
      throw new Trouble(
        `the mode of ${file} is ${shown}: others could read or change the key in it`,
        `chmod 0600 ${file} (0640 when a group reads it)`,
      );
    }
    return await opened.readFile('utf8');
  } finally {
    await opened.close();
  }
}
