import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

import type { load } from '../../src/migration/load/load.ts';
import { edited, ROOT } from '../faults/test-build.ts';
import type { LoaderBug } from './seeded-bugs.ts';

const LOADER = new URL('src/migration/', ROOT).href;

/** The loader with a mistake in it, beside the one that is right: all of its own modules are read once more. */
export async function loaderWith({ edits }: LoaderBug, number: number): Promise<typeof load> {
  const mark = `?bug=${number}`;
  const byFile = Map.groupBy(edits, ({ file }) => new URL(file, ROOT).href);
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const resolved = nextResolve(specifier, context);
      const isOwn = context.parentURL?.endsWith(mark) === true && resolved.url.startsWith(LOADER);
      return isOwn ? { ...resolved, url: `${resolved.url}${mark}` } : resolved;
    },
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const here = url.endsWith(mark) ? byFile.get(url.slice(0, -mark.length)) : undefined;
      if (here === undefined) return loaded;
      const text = readFileSync(new URL(url.slice(0, -mark.length)), 'utf8');
      return { ...loaded, source: edited(text, here) };
    },
  });
  try {
    const made: { load: typeof load } = await import(`${LOADER}load/load.ts${mark}`);
    return made.load;
  } finally {
    hooks.deregister();
  }
}
