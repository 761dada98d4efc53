/// <reference types="node" />
// Makes node_modules what package-lock.json says, if it is not. npm runs this before start, test and
// bench; it is plain JavaScript because the machine's own Node (20 or newer) runs it the first time.
// Once all is there it only compares two files: no network, a few milliseconds.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isWindows = process.platform === 'win32';
const nodeProgram = join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node');

process.exitCode = main();

function main() {
  if (missingPackage() === null && (isNodeThere() || repairNode())) return 0;
  say(
    'installing the packages of package-lock.json (needs the network once, about 500 MB of disk)',
  );
  const started = performance.now();
  const code = npm(['ci', '--include=dev', '--include=optional', '--loglevel=error']);
  if (code !== 0) return failed(`npm ci ended with ${code}`);
  const missing = missingPackage();
  if (missing !== null) return failed(`${missing} is still missing after npm ci`);
  if (!isNodeThere() && !repairNode()) return withoutNode();
  const problem = nodeProblem();
  if (problem !== null) return withoutNode(problem);
  say(`installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return 0;
}

/**
 * What the lock file says of one package.
 * @typedef {object} Entry
 * @property {string} version
 * @property {string=} integrity
 * @property {boolean=} optional
 * @property {string[]=} os
 * @property {string[]=} cpu
 * @property {string[]=} libc
 */

/**
 * The first package that node_modules has not, or has otherwise; npm writes its own list last of all.
 * @returns {string | null}
 */
function missingPackage() {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const installed = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path];
    if (found === undefined && mayBeAbsent(entry)) continue;
    if (found?.version !== entry.version) return path;
    if (entry.integrity !== undefined && found.integrity !== entry.integrity) return path;
  }
  return null;
}

/**
 * An optional package for another kind of machine is rightly absent; so is one that could not be installed on this
 * kind: what needs it says so itself.
 * @param {Entry} entry
 */
function mayBeAbsent(entry) {
  const isForSome = entry.os !== undefined || entry.cpu !== undefined;
  return entry.optional === true && (!isForSome || !fitsHere(entry));
}

/** @param {Entry} entry */
function fitsHere({ os, cpu, libc }) {
  return allows(os, process.platform) && allows(cpu, process.arch) && libc === undefined;
}

/**
 * @param {string[] | undefined} list
 * @param {string} value
 */
function allows(list, value) {
  return list === undefined || list.includes(value);
}

/**
 * @param {string} file
 * @returns {Record<string, Entry>}
 */
function packagesIn(file) {
  if (!existsSync(file)) return {};
  const lock = /** @type {{ packages?: Record<string, Entry> }} */ (
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- npm wrote it
    JSON.parse(readFileSync(file, 'utf8'))
  );
  return lock.packages ?? {};
}

function isNodeThere() {
  const link = join(root, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node');
  return existsSync(link) && existsSync(nodeProgram) && statSync(nodeProgram).size > 0;
}

/**
 * The npm package `node` fetches its program in an install script. Where scripts are switched off,
 * or the disk knows no hard links, this does by hand what the script would have done.
 */
function repairNode() {
  const folder = join(root, 'node_modules', 'node');
  const version = packagesIn(join(root, 'package-lock.json'))['node_modules/node']?.version;
  const name = platformPackage();
  const source = join(folder, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node');
  if (!existsSync(source)) {
    npm(
      ['install', '--no-save', '--ignore-scripts', '--loglevel=error', `${name}@${version}`],
      folder,
    );
  }
  if (!existsSync(source)) return false;
  mkdirSync(dirname(nodeProgram), { recursive: true });
  rmSync(nodeProgram, { force: true });
  try {
    linkSync(source, nodeProgram);
  } catch {
    copyFileSync(source, nodeProgram);
  }
  if (!isNodeThere()) npm(['rebuild', '--ignore-scripts', '--loglevel=error', 'node']); // makes .bin/node
  return isNodeThere();
}

function platformPackage() {
  const system = isWindows ? 'win' : process.platform;
  const prefix = system === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${system}-${process.arch}`;
}

function nodeProblem() {
  const { error, status, stderr } = spawnSync(nodeProgram, ['--version'], { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? null : stderr.trim();
}

/**
 * With the machine's own Node, never with the one in node_modules that is about to be replaced.
 * @param {string[]} words
 */
function npm(words, folder = root) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const path = (process.env[name] ?? '').split(delimiter);
  const own = path.filter((entry) => !/node_modules[\\/]\.bin[\\/]?$/.test(entry));
  const { error, status } = spawnSync('npm', words, {
    cwd: folder,
    env: { ...process.env, [name]: own.join(delimiter) },
    shell: isWindows, // npm is a .cmd there
    stdio: ['ignore', 2, 2], // progress is no result
  });
  if (error !== undefined) say(error.message);
  return status ?? 1;
}

/** @param {string} what */
function failed(what) {
  say(`the packages could not be installed: ${what}`);
  say('what to do: check that the npm registry can be reached (npm ping), that this folder may be');
  say(
    `written to (${root}) and that the disk has room; then run "npm ci" here and read its output`,
  );
  return 1;
}

function withoutNode(problem = 'it was not downloaded') {
  say(`the packaged Node (${platformPackage()}) is not usable on this machine: ${problem}`);
  say(
    'what to do: run "npm rebuild node --ignore-scripts=false" and read its output; if this kind of',
  );
  say('machine has no such package (Alpine, for one), install Node 24.12 or newer and run');
  say('"node bin/spine.ts up" with it');
  return 1;
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`openspine: ${text}\n`);
}
