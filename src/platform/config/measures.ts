import { portOf } from './numbers.ts';

/** What a process tells of itself to those who look after it. */
export type MeasuresConfig = {
  /** Where its metrics are read; null: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** Whether every request has a line in the log. */
  readonly logsRequests: boolean;
};

type Env = Readonly<Record<string, string | undefined>>;

export function measuresOf(
  env: Env,
  mode: 'test' | 'live',
  problems: string[],
): { readonly measures: MeasuresConfig } {
  const logs = env['OPENSPINE_REQUEST_LOG'] ?? String(mode === 'live');
  if (!['true', 'false'].includes(logs)) {
    problems.push('OPENSPINE_REQUEST_LOG must be one of true, false');
  }
  return { measures: { metrics: metricsOf(env, problems), logsRequests: logs === 'true' } };
}

/** Not for the world: it is this machine alone that reads them, unless the operator says otherwise. */
function metricsOf(env: Env, problems: string[]): MeasuresConfig['metrics'] {
  if (env['OPENSPINE_METRICS_PORT'] === undefined) return null;
  const host = env['OPENSPINE_METRICS_HOST'] ?? '127.0.0.1';
  return { host, port: portOf(env, 'OPENSPINE_METRICS_PORT', '', problems) };
}
