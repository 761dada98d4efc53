import type { Failure } from '../platform/http.ts';
import type { View } from './page.ts';

/** What went wrong before or beside the handler of a page, and what only a page can tell of. */
export type Problem =
  | Failure
  | { readonly kind: 'FormOutOfDate' }
  | { readonly kind: 'FormSent' }
  | { readonly kind: 'TooMany' }
  | { readonly kind: 'Forbidden'; readonly needed: string };

type Text = { readonly status: number; readonly title: string; readonly lines: readonly string[] };

const TEXTS: Record<Problem['kind'], Text> = {
  NotFound: {
    status: 404,
    title: 'Page not found',
    lines: [
      'If you typed the address, check that it is right.',
      'If you pasted it, check that you copied all of it.',
    ],
  },
  BadRequest: {
    status: 400,
    title: 'The page cannot read what was sent',
    lines: ['Go back and try again.'],
  },
  FormOutOfDate: {
    status: 403,
    title: 'This form is out of date',
    lines: [
      'Nothing was changed. The form was opened before you signed in or out, or in another browser.',
      'Go back, reload the page and fill it in again.',
    ],
  },
  FormSent: {
    status: 409,
    title: 'This form was sent already',
    lines: [
      'What became of it the first time is not known yet.',
      'Look whether it was done before you send it again.',
    ],
  },
  Forbidden: {
    status: 403,
    title: 'Your role does not allow this',
    lines: ['Nothing was changed. Choose another role if you have one that does.'],
  },
  TooMany: {
    status: 429,
    title: 'Too many passcodes came from this place',
    lines: [
      'Your passcode was not looked at, and nothing counts against your card.',
      'Wait a minute and try again.',
    ],
  },
  Unavailable: {
    status: 503,
    title: 'The service is not available just now',
    lines: [
      'This is a fault of ours, not of your card or your passcode. Nothing that was confirmed to you is lost.',
      'Try again in a few seconds. There is no need to restart your computer.',
    ],
  },
  Bug: {
    status: 500,
    title: 'Sorry, there is a problem with the service',
    lines: ['Try again later. What happened has been written down for those who mend it.'],
  },
};

/** In house style, with the id by which it is found again; never what the machine says. */
export function problemOf(problem: Problem, requestId: string): View {
  const { status, title, lines } = TEXTS[problem.kind];
  const needed = problem.kind === 'Forbidden' ? [`It needs: ${problem.needed}.`] : [];
  return {
    view: 'problem.njk',
    status,
    title,
    model: { lines: [...lines, ...needed], requestId },
  };
}
