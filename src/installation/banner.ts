import { hl7v3Url, issuerAt, localUrl, metricsUrl } from './addresses.ts';
import type { State } from './state-file.ts';

const LABEL_WIDTH = 22;

/** What a person needs to go on: only what is there today [EXPERIENCE 1.1]. */
export function banner(state: State, lastLine: string): string {
  const { mode, apiA, apiB, ports, people, readyMade } = state;
  const kind = mode === 'test' ? 'TEST SYSTEM - no real patients' : 'LIVE';
  return [
    `openspine ${state.version}   ${kind}   data: ${dataWords(state)}`,
    labelled('Start here', localUrl(ports.pages)),
    labelled('API (datacentre A/B)', `${apiA}  ${apiB}`),
    labelled('HL7 V3 (A/B)', `${hl7v3Url(ports.hl7v3A)}  ${hl7v3Url(ports.hl7v3B)}`),
    labelled('Sign-in issuer', issuerAt(ports.signIn)),
    labelled('Service status', localUrl(ports.status)),
    labelled('Metrics (A/B)', `${metricsUrl(ports.metricsA)}  ${metricsUrl(ports.metricsB)}`),
    ...databaseLines(state),
    ...people.map((line, index) => labelled(index === 0 ? 'People' : '', line)),
    ...readyMade.map((line, index) => labelled(index === 0 ? 'Ready-made' : '', line)),
    ...(mode === 'test' ? [labelled('Try', 'spine demo')] : []),
    lastLine,
  ].join('\n');
}

function databaseLines({ data, isReplicated, ports }: State): string[] {
  if (data.kind === 'external') return [];
  if (isReplicated) return [labelled('Databases', 'one in each datacentre, every commit in both')];
  return [labelled('Database', `port ${ports.database}`)];
}

/** For the shell: `eval "$(spine status -o env)"`. */
export function environment(state: State, databaseUrl: string | null): string {
  return Object.entries({
    OPENSPINE_VERSION: state.version,
    OPENSPINE_MODE: state.mode,
    OPENSPINE_PID: String(state.pid),
    OPENSPINE_PORT_BASE: String(state.portBase),
    OPENSPINE_URL: state.apiA,
    OPENSPINE_URL_A: state.apiA,
    OPENSPINE_URL_B: state.apiB,
    OPENSPINE_SIGN_IN_URL: localUrl(state.ports.signIn),
    OPENSPINE_STATUS_SITE_URL: localUrl(state.ports.status),
    OPENSPINE_PAGES_URL: localUrl(state.ports.pages),
    OPENSPINE_METRICS_URL_A: metricsUrl(state.ports.metricsA),
    OPENSPINE_METRICS_URL_B: metricsUrl(state.ports.metricsB),
    OPENSPINE_HL7V3_URL_A: hl7v3Url(state.ports.hl7v3A),
    OPENSPINE_HL7V3_URL_B: hl7v3Url(state.ports.hl7v3B),
    ...(state.data.kind === 'external' ? {} : { OPENSPINE_DATA: state.data.folder }),
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  })
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`)
    .join('\n');
}

function dataWords({ data }: State): string {
  switch (data.kind) {
    case 'temporary':
      return 'temporary (use --data DIR to keep)';
    case 'kept':
      return `kept in ${data.folder}`;
    case 'external':
      return 'in the database of DATABASE_URL';
  }
}

function labelled(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`;
}
