import { portOf } from './numbers.ts';
import { words } from './words.ts';

/** What a process tells of itself to those who look after it. */
export type MeasuresConfig = {
  /** Where its metrics are read; null: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** Whether every request has a line in the log. */
  readonly logsRequests: boolean;
  /** Of a collector of traces (OTLP over HTTP), without `/v1/traces`; null: nothing is followed. */
  readonly tracesUrl: string | null;
};

type Env = Readonly<Record<string, string | undefined>>;

export function measuresOf(
  env: Env,
  mode: 'test' | 'live',
  problems: string[],
): { readonly measures: MeasuresConfig; readonly operators: readonly string[] } {
  const logs = env['OPENSPINE_REQUEST_LOG'] ?? String(mode === 'live');
  if (!['true', 'false'].includes(logs)) {
    problems.push('OPENSPINE_REQUEST_LOG must be one of true, false');
  }
  return {
    measures: {
      metrics: metricsOf(env, problems),
      logsRequests: logs === 'true',
      tracesUrl: tracesOf(env, problems),
    },
    operators: operatorsOf(env, mode, problems),
  };
}

/** Not for the world: it is this machine alone that reads them, unless the operator says otherwise. */
function metricsOf(env: Env, problems: string[]): MeasuresConfig['metrics'] {
  if (env['OPENSPINE_METRICS_PORT'] === undefined) return null;
  const host = env['OPENSPINE_METRICS_HOST'] ?? '127.0.0.1';
  return { host, port: portOf(env, 'OPENSPINE_METRICS_PORT', '', problems) };
}

const TEST_OPERATOR = '84H'; // of the administrator among the test people

function operatorsOf(env: Env, mode: 'test' | 'live', problems: string[]): readonly string[] {
  const otherwise = mode === 'test' ? TEST_OPERATOR : '';
  const codes = words(env['OPENSPINE_OPERATORS'] ?? otherwise);
  if (!codes.every((code) => /^[A-Z0-9]{3,10}$/.test(code))) {
    problems.push('OPENSPINE_OPERATORS must be ODS codes, such as X26');
  }
  return codes;
}

function tracesOf(env: Env, problems: string[]): string | null {
  const url = env['OPENSPINE_TRACES_URL'];
  if (url === undefined) return null;
  if (!/^https?:\/\/[^?#\s]+[^/?#\s]$/.test(url)) {
    problems.push(
      'OPENSPINE_TRACES_URL must be an address such as http://collector.example:4318, without a slash at the end',
    );
  }
  return url;
}
