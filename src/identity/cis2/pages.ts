import type { View } from '../../pages/index.ts';

/** What an application asked is not possible, and there is no address to tell it: the person in front of it is told. */
export function problemView(error: string, description: string): View {
  return {
    view: 'identity/cis2-problem.njk',
    title: 'This sign-in cannot go on',
    model: { error, description },
  };
}

export type SignOutForm = {
  /** Who asks for it; null when nobody says. */
  readonly application: string | null;
  readonly action: string;
  readonly xsrf: string;
  /** Where the application wants the browser afterwards. */
  readonly back: string | null;
};

/** Asked, as any page of the web may send a browser here. */
export function signOutView(form: SignOutForm): View {
  return {
    view: 'identity/cis2-sign-out.njk',
    title: 'Do you want to sign out?',
    model: form,
    leadsTo: form.back === null ? [] : [new URL(form.back).origin],
  };
}

export function signedOutView(): View {
  return { view: 'identity/cis2-signed-out.njk', title: 'You have signed out' };
}
