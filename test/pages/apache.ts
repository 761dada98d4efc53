import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Installed by tools/machine.mjs. */
const APACHE = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';

/** Why this machine cannot run the relying party; false when it can. Where CI is set, it must. */
export function cannotServe(): string | false {
  if (existsSync(APACHE) && existsSync(join(MODULES, 'mod_auth_openidc.so'))) return false;
  const reason = 'no Apache with mod_auth_openidc: node tools/machine.mjs installs it (as root)';
  if (process.env['CI'] !== undefined) throw new Error(reason);
  return reason;
}

/** A web site that no one here wrote, whose users sign in at the CIS2 face: Debian's Apache with mod_auth_openidc. */
export type Site = { readonly url: string; close(): Promise<void> };

export type SiteOptions = {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly secret: string;
};

export async function startSite(options: SiteOptions): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'openspine-apache-'));
  await chmod(folder, 0o755); // it gives up root and reads its pages as somebody else
  await mkdir(join(folder, 'site'));
  const page = [
    'user <!--#echo var="OIDC_CLAIM_sub" -->',
    'role <!--#echo var="OIDC_CLAIM_selected_roleid" -->',
    'by <!--#echo var="OIDC_CLAIM_amr" -->',
    'name <!--#echo var="OIDC_CLAIM_display_name" -->',
  ];
  await writeFile(join(folder, 'site', 'index.shtml'), `<p>${page.join('</p><p>')}</p>`);
  const file = join(folder, 'apache.conf');
  await writeFile(file, configuration(folder, options));
  const apache = spawn(APACHE, ['-X', '-f', file, '-d', folder], { stdio: ['ignore', 2, 2] });
  const url = `http://127.0.0.1:${options.port}`;
  await untilUp(url, apache);
  return {
    url,
    close: async () => {
      const gone = new Promise((resolve) => apache.once('exit', resolve));
      apache.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, { port, issuer, clientId, secret }: SiteOptions): string {
  const modules = 'mpm_prefork authn_core authz_core authz_user dir mime include auth_openidc';
  const loads = modules
    .split(' ')
    .map((name) => `LoadModule ${moduleName(name)} ${MODULES}/mod_${name}.so`);
  return `${loads.join('\n')}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
LogLevel error
User www-data
Group www-data
TypesConfig /etc/mime.types
DocumentRoot ${folder}/site
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
DirectoryIndex index.shtml
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret ${secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI http://127.0.0.1:${port}/oidc/callback
OIDCCryptoPassphrase a-passphrase-of-a-test-0123456789
OIDCScope "openid profile nhsperson nationalrbacaccess selectedrole"
OIDCPKCEMethod S256
OIDCAuthRequestParams acr_values=AAL3_ANY
OIDCPassClaimsAs environment
OIDCCookieSameSite On
<Directory ${folder}/site>
  Options +Includes
  Require all granted
</Directory>
<Location />
  AuthType openid-connect
  Require valid-user
</Location>
`;
}

function moduleName(name: string): string {
  return `${name}_module`;
}

async function untilUp(url: string, apache: ChildProcess): Promise<void> {
  for (let n = 0; n < 100; n += 1) {
    if (apache.exitCode !== null) throw new Error(`apache ended with ${apache.exitCode}`);
    try {
      const answer = await fetch(url, { redirect: 'manual' });
      await answer.body?.cancel();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('apache did not answer');
}
