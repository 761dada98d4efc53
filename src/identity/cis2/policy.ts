import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

import { londonDate } from '../../kernel/london.ts';
import { rolesOn } from '../people/index.ts';
import { type Parts, signedInAs } from './accounts.ts';
import { acrMet } from './assurance.ts';

const { Check, Prompt, base } = interactionPolicy;
const { REQUEST_PROMPT, NO_NEED_TO_PROMPT } = Check;

/**
 * When somebody has to sign in again or to choose a role. Consent is given with the terms of the card
 * [IDENTITY 3.1], so nobody is asked for it.
 */
export function signInPolicy({ clock }: Parts): interactionPolicy.DefaultPolicy {
  const policy = base();
  policy.remove('consent');
  const login = policy.get('login');
  login?.checks.add(
    new Check('session_ended', 'the session has ended', ({ oidc }) =>
      oidc.session?.accountId !== undefined && oidc.account === undefined
        ? REQUEST_PROMPT
        : NO_NEED_TO_PROMPT,
    ),
  );
  login?.checks.add(new Check('state_missing', 'state is required', stateCheck));
  login?.checks.add(new Check('acr_not_met', 'a stronger sign-in is required', acrCheck));
  policy.add(
    new Prompt(
      { name: 'role', requestable: false },
      new Check('role_not_chosen', 'a role has to be chosen', ({ oidc }) => {
        const signedIn = signedInAs(oidc.account);
        const scopes = oidc.requestParamScopes;
        const isChange = scopes.has('changedrole') && !hasChosen(oidc.result);
        if (signedIn === null || !(isChange || scopes.has('selectedrole'))) {
          return NO_NEED_TO_PROMPT;
        }
        const roles = rolesOn(signedIn.user, londonDate(clock.now()));
        const isChosen = signedIn.roleProfile !== null;
        if (roles.length === 0) return NO_NEED_TO_PROMPT; // the claim is absent
        return isChosen && (!isChange || roles.length === 1) ? NO_NEED_TO_PROMPT : REQUEST_PROMPT;
      }),
    ),
  );
  return policy;
}

/** CIS2 requires what the standard only recommends [IDENTITY 3.1]. */
function stateCheck({ oidc }: KoaContextWithOIDC): boolean {
  if (oidc.params?.['state'] !== undefined) return NO_NEED_TO_PROMPT;
  throw new errors.InvalidRequest('missing required parameter(s)', 400, 'state');
}

/** The answer names the first level of those asked for that the sign-in meets; each application its own. */
function acrCheck({ oidc }: KoaContextWithOIDC): boolean {
  const { session, params } = oidc;
  if (session?.accountId === undefined) return NO_NEED_TO_PROMPT;
  const asked = params?.['acr_values'];
  const met = acrMet(typeof asked === 'string' ? asked : undefined, session.amr?.[0] ?? '');
  if (met === null) return REQUEST_PROMPT;
  if (session.acr !== met) session.acr = met;
  return NO_NEED_TO_PROMPT;
}

function hasChosen(result: object | undefined): boolean {
  return result !== undefined && Reflect.get(result, 'roleChosen') === true;
}
