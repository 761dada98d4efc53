import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parseArguments } from '../src/cli/arguments.ts';
import { joined } from '../src/cli/joined.ts';
import { commandsFor } from '../src/commands.ts';

const ROOT = new URL('../', import.meta.url);
const commands = joined(await commandsFor([]));

/** Of the server itself, and of its help. */
const OTHERS = ['serve', 'serve-status', '--help'];

describe('what people are told to type', () => {
  test('in the documents is what the commands take', () => {
    const told = documents().flatMap((path) =>
      blocksOf(readFileSync(new URL(path, ROOT), 'utf8')).map((line) => ({ where: path, line })),
    );
    assert.ok(told.length >= 25, String(told.length));
    assert.deepEqual(told.flatMap(faultOf), []);
  });

  test('in the help of each command is what it takes', () => {
    const told = commands.flatMap(({ name, examples }) =>
      examples.flatMap(({ line }) => linesOf(line).map((one) => ({ where: name, line: one }))),
    );
    assert.ok(told.length >= commands.length);
    assert.deepEqual(told.flatMap(faultOf), []);
  });
});

function documents(): string[] {
  const docs = readdirSync(fileURLToPath(new URL('docs/', ROOT)), { recursive: true });
  const pages = docs.map(String).filter((path) => path.endsWith('.md'));
  return ['README.md', ...pages.map((path) => `docs/${path}`)];
}

/** Commands in the blocks of a document, each as one line. */
function blocksOf(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```(?:sh|bash)?\n([^]*?)^ *```/gm)];
  return blocks.flatMap(([, block = '']) => linesOf(block.replaceAll(/\\\n\s*/g, '')));
}

/** What is given to `spine` in each of the lines, up to where the shell goes on with something else. */
function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const found = /^(?:\w+=\S+ +)*(?:[\w/.-]*\/)?spine(?: (.*))?$/.exec(line.trim());
    const [given = ''] = (found?.[1] ?? '').split(/ +(?:\d?[<>|&]|#)/);
    return found === null ? [] : [given.trim()];
  });
}

function faultOf({ where, line }: { readonly where: string; readonly line: string }): string[] {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
  if (OTHERS.includes(words[0] ?? '')) return [];
  const named = commands.filter(({ name }) =>
    name.split(' ').every((word, index) => word === words[index]),
  );
  const [command] = named.toSorted((one, other) => other.name.length - one.name.length);
  if (command === undefined) return [`${where}: no command: spine ${line}`];
  const parsed = parseArguments(command, words.slice(command.name.split(' ').length));
  return parsed.ok ? [] : [`${where}: spine ${line}: ${parsed.error}`];
}
