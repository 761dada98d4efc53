import { signInProblem } from '../../identity/index.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { type Form, type View } from '../../pages/index.ts';
import { cardOf, holderOf, type OpenToken, type TokenCard } from '../token/card.ts';
import { isCardGone, type Reader } from '../token/reader.ts';
import { type Act, type Asked, type Forms, readAsked } from './asked.ts';
import {
  answered,
  challengeOf,
  committed,
  type ServiceFault,
  type ToSign,
  toSign,
} from './service.ts';
import { type Message, MESSAGES, messageView, passcodeView, type Shown } from './views.ts';

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
export async function askPasscode(signIns: SignIns, act: Act, query: Query): Promise<Answer> {
  const { services } = signIns;
  const asked = readAsked(query, { act, services });
  if (asked === null) return { view: messageView(MESSAGES.NotServed, null) };
  return withCard(signIns, asked, async (card) => {
    const wanted = act === 'sign' ? await toSign(asked) : ok(null);
    if (!wanted.ok) return { view: faultView(wanted.error, asked) };
    const unfit = unfitFor(card, wanted.value);
    if (unfit !== null) return { view: messageView(unfit, asked) };
    return passcodePage(signIns, asked, { card, wanted: wanted.value });
  });
}

/** The passcode was entered: the card signs, and the browser goes back to the service. */
export async function signIn(signIns: SignIns, form: Form): Promise<Answer> {
  const asked = signIns.forms.take(form.text('form-token'));
  if (asked === null) return { view: messageView(MESSAGES.FormOld, null) };
  return withCard(signIns, asked, async (card) => {
    // Before the passcode is tried: a service that is away uses up nothing.
    const task = await taskOf(asked);
    if (!task.ok) return { view: faultView(task.error, asked) };
    const { wanted, finish } = task.value;
    const unfit = unfitFor(card, wanted);
    if (unfit !== null) return { view: messageView(unfit, asked) };
    const opened = await card.token.open(form.text('pin'));
    if (!opened.ok) {
      const { text, state } = signInProblem(opened.error);
      if (state === 'Locked') return { view: messageView(MESSAGES.Locked, asked) };
      return passcodePage(signIns, asked, { card, wanted }, text);
    }
    try {
      const done = await finish(card, opened.value);
      return done.ok ? { to: done.value } : { view: faultView(done.error, asked) };
    } finally {
      await opened.value.close();
    }
  });
}

type Ready = Shown & { readonly token: TokenCard };

/** `wanted`: what is to be signed; null: somebody signs in. */
type Task = {
  readonly wanted: ToSign | null;
  readonly finish: (card: Ready, opened: OpenToken) => Promise<Result<string, ServiceFault>>;
};

async function taskOf(asked: Asked): Promise<Result<Task, ServiceFault>> {
  if (asked.act === 'sign') {
    const wanted = await toSign(asked);
    if (!wanted.ok) return wanted;
    const finish: Task['finish'] = ({ signing }, opened) =>
      committed(asked, wanted.value, {
        certificate: signing ?? Buffer.alloc(0),
        sign: (hash, bytes) => opened.sign('signing', hash, bytes),
      });
    return ok({ wanted: wanted.value, finish });
  }
  const challenge = await challengeOf(asked);
  if (!challenge.ok) return challenge;
  const finish: Task['finish'] = ({ login }, opened) =>
    answered(asked, challenge.value, {
      certificate: login,
      sign: (bytes) => opened.sign('login', 'sha256', bytes),
    });
  return ok({ wanted: null, finish });
}

/** Why this card does not sign that, whatever its passcode is; null when it can. */
function unfitFor({ userId, signing }: Ready, wanted: ToSign | null): Message | null {
  if (wanted === null) return null;
  if (userId !== wanted.userId) return MESSAGES.OfAnother;
  return signing === null ? MESSAGES.NotForSigning : null;
}

function passcodePage(
  { forms }: SignIns,
  asked: Asked,
  { card, wanted }: { readonly card: Ready; readonly wanted: ToSign | null },
  problem?: string,
): Answer {
  const errors = problem === undefined ? [] : [{ field: 'pin', text: problem }];
  return { view: passcodeView(asked, { card, wanted }, errors), formToken: forms.open(asked) };
}

function faultView({ kind, text }: ServiceFault, asked: Asked): View {
  const refused = asked.act === 'sign' ? 'Nothing is signed' : 'You are not signed in';
  const title = kind === 'Away' ? 'The service cannot be reached' : refused;
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
