import { fail, ok, type Result } from '../kernel/result.ts';

/** What the environment says of the process of the status site. */
export type StatusConfig = {
  readonly host: string;
  readonly port: number;
  /** Where readers find it, without a slash at the end. */
  readonly url: string;
  /** Of its store and of the written site. */
  readonly folder: string;
  /** Base addresses of the datacentres. */
  readonly datacentres: Readonly<Record<'a' | 'b', string>>;
  /** Of their doors for HL7 V3; null: there is none, or it is not watched. */
  readonly hl7v3: Readonly<Record<'a' | 'b', string | null>>;
  /** What datacentres show that tell how their users fare; null: nobody is heard. */
  readonly key: string | null;
  readonly smtp: { readonly url: string; readonly from: string } | null;
  readonly webhookHosts: readonly string[];
  readonly helpContact: string;
  readonly mode: 'test' | 'live';
};

type Env = Readonly<Record<string, string | undefined>>;

/** All problems at once, each with the name of its setting. */
export function parseStatusConfig(
  env: Env,
  otherwise: { readonly helpContact: string },
): Result<StatusConfig, readonly string[]> {
  const problems: string[] = [];
  const needed = (name: string, what: string): string => {
    const text = env[name] ?? '';
    if (text === '') problems.push(`${name} must be ${what}`);
    return text;
  };
  const port = Number(env['OPENSPINE_STATUS_PORT'] ?? '4406');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    problems.push('OPENSPINE_STATUS_PORT must be a port number');
  }
  const host = env['OPENSPINE_HOST'] ?? '127.0.0.1';
  const config: StatusConfig = {
    host,
    port,
    url: (env['OPENSPINE_STATUS_URL'] ?? `http://${host}:${port}`).replace(/\/+$/, ''),
    folder: needed('OPENSPINE_STATUS_FOLDER', 'the folder of the status site'),
    datacentres: {
      a: address(env, 'OPENSPINE_STATUS_DATACENTRE_A', problems),
      b: address(env, 'OPENSPINE_STATUS_DATACENTRE_B', problems),
    },
    hl7v3: {
      a: transportAddress(env, 'OPENSPINE_STATUS_HL7V3_A', problems),
      b: transportAddress(env, 'OPENSPINE_STATUS_HL7V3_B', problems),
    },
    key: env['OPENSPINE_STATUS_KEY'] || null,
    smtp: smtpOf(env, problems),
    webhookHosts: webhookHostsOf(env),
    helpContact: env['OPENSPINE_HELP_CONTACT'] ?? otherwise.helpContact,
    mode: env['OPENSPINE_MODE'] === 'live' ? 'live' : 'test',
  };
  if (!URL.canParse(config.url)) problems.push('OPENSPINE_STATUS_URL must be an address');
  return problems.length === 0 ? ok(config) : fail(problems);
}

function address(env: Env, name: string, problems: string[]): string {
  const text = (env[name] ?? '').replace(/\/+$/, '');
  if (!/^https?:\/\/[^/?#\s]+$/.test(text)) {
    problems.push(`${name} must be the address of a datacentre, such as http://127.0.0.1:4400`);
  }
  return text;
}

function transportAddress(env: Env, name: string, problems: string[]): string | null {
  const text = env[name] ?? '';
  if (text === '') return null;
  if (!/^https:\/\/[^/?#\s]+:\d+$/.test(text)) {
    problems.push(`${name} must be an address such as https://spine.example:4402`);
  }
  return text;
}

/** Both or none. */
function smtpOf(env: Env, problems: string[]): StatusConfig['smtp'] {
  const url = env['OPENSPINE_SMTP_URL'] ?? '';
  const from = env['OPENSPINE_MAIL_FROM'] ?? '';
  if (url === '' && from === '') return null;
  if (url === '' || from === '') {
    problems.push('OPENSPINE_SMTP_URL and OPENSPINE_MAIL_FROM must be set together');
  }
  if (url !== '' && !/^smtps?:\/\/[^/?#\s]+$/.test(url)) {
    problems.push(
      'OPENSPINE_SMTP_URL must be an address such as smtp://user:password@mail.example:587',
    );
  }
  return { url, from };
}

/** Hosts that an operator named. */
export function webhookHostsOf(env: Env): string[] {
  return (env['OPENSPINE_WEBHOOK_HOSTS'] ?? '')
    .split(',')
    .flatMap((word) => (word.trim() === '' ? [] : [word.trim().toLowerCase()]));
}
