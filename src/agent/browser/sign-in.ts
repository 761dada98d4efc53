import { signInProblem } from '../../identity/index.ts';
import { type Form, type View } from '../../pages/index.ts';
import { cardOf, holderOf, type OpenToken, type TokenCard } from '../token/card.ts';
import { isCardGone, type Reader } from '../token/reader.ts';
import { type Asked, type Forms, readAsked } from './asked.ts';
import { answered, type Challenge, challengeOf, type ServiceFault } from './service.ts';
import { MESSAGES, messageView, passcodeView, type Shown } from './views.ts';

export type SignIns = {
  readonly reader: Reader;
  /** Of the entries of passcodes. */
  readonly folder: string;
  /** Where this agent signs in, and nowhere else. */
  readonly services: readonly string[];
  readonly forms: Forms;
};

export type Answer =
  | { readonly view: View; readonly formToken?: string }
  /** To the service, signed. */
  | { readonly to: string };

type Query = Parameters<typeof readAsked>[0];

/** A service has sent the browser here: asks for the passcode of the card that is in the reader. */
export async function askPasscode(signIns: SignIns, query: Query): Promise<Answer> {
  const asked = readAsked(query, signIns.services);
  if (asked === null) return { view: messageView(MESSAGES.NotServed, null) };
  return withCard(signIns, asked, async (card) => passcodePage(signIns, asked, card));
}

/** The passcode was entered: the card signs, and the browser goes back to the service. */
export async function signIn(signIns: SignIns, form: Form): Promise<Answer> {
  const asked = signIns.forms.take(form.text('form-token'));
  if (asked === null) return { view: messageView(MESSAGES.FormOld, null) };
  return withCard(signIns, asked, async (card) => {
    // Before the passcode is tried: a service that is away uses up nothing.
    const challenge = await challengeOf(asked);
    if (!challenge.ok) return { view: faultView(challenge.error, asked) };
    const opened = await card.token.open(form.text('pin'));
    if (!opened.ok) {
      const { text, state } = signInProblem(opened.error);
      if (state === 'Locked') return { view: messageView(MESSAGES.Locked, asked) };
      return passcodePage(signIns, asked, card, text);
    }
    return signed(asked, challenge.value, { card, opened: opened.value });
  });
}

type Ready = Shown & { readonly token: TokenCard };

async function signed(
  asked: Asked,
  challenge: Challenge,
  { card, opened }: { readonly card: Ready; readonly opened: OpenToken },
): Promise<Answer> {
  try {
    const done = await answered(asked, challenge, {
      certificate: card.login,
      sign: (bytes) => opened.sign('login', 'sha256', bytes),
    });
    return done.ok ? { to: done.value } : { view: faultView(done.error, asked) };
  } finally {
    await opened.close();
  }
}

function passcodePage({ forms }: SignIns, asked: Asked, card: Ready, problem?: string): Answer {
  const errors = problem === undefined ? [] : [{ field: 'pin', text: problem }];
  return { view: passcodeView(asked, card, errors), formToken: forms.open(asked) };
}

function faultView({ kind, text }: ServiceFault, asked: Asked): View {
  const title = kind === 'Away' ? 'The service cannot be reached' : 'You are not signed in';
  return messageView({ title, lines: [text], status: kind === 'Away' ? 503 : 400 }, asked);
}

/** With the card that is in the reader now and not locked; else says what is the matter with it. */
async function withCard(
  { reader, folder }: SignIns,
  asked: Asked,
  work: (card: Ready) => Promise<Answer>,
): Promise<Answer> {
  const placed = reader.find();
  const stop = (message: keyof typeof MESSAGES): Answer => ({
    view: messageView(MESSAGES[message], asked),
  });
  if (placed.kind === 'Absent') return stop('NoCard');
  if (placed.kind === 'Several') return stop('Several');
  const token = cardOf(reader, placed.token, folder);
  try {
    const login = await token.certificate('login');
    const userId = login === null ? null : holderOf(login);
    if (login === null || userId === null) return stop('NotEnrolled');
    if (await token.isLocked()) return stop('Locked');
    const signing = await token.certificate('signing');
    return await work({ token, userId, login, signing });
  } catch (error) {
    if (isCardGone(error)) return stop('Removed');
    throw error;
  }
}
