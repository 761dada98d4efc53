import { textOption } from '../../cli/command.ts';
import { fail, ok } from '../../kernel/result.ts';
import { clientCommand } from '../client/command.ts';
import { textAt } from '../client/json.ts';

export const signingRevoke = clientCommand({
  name: 'signing revoke',
  summary: "revoke a test prescriber's signing certificate",
  usage: '<persona>',
  options: [
    {
      flag: 'reason',
      value: 'reason',
      help: 'keyCompromise: also what was signed before; else from now on (unspecified, superseded, …)',
    },
  ],
  examples: [
    { line: 'spine signing revoke nurse', explanation: 'what she signs from now on is not good' },
    {
      line: 'spine signing revoke nurse --reason keyCompromise',
      explanation: 'nor is what she has signed before',
    },
    {
      line: 'spine prescribe --as nurse && spine track',
      explanation: 'then shows what the check of the signature found',
    },
  ],
  async work(invocation, client) {
    const [persona] = invocation.words;
    if (persona === undefined) {
      return fail({ kind: 'WrongUse', text: 'Say whose: spine signing revoke <persona>' });
    }
    const reason = textOption(invocation, 'reason');
    const body = { persona, ...(reason === null ? {} : { reason }) };
    const answer = await client.call({ method: 'POST', path: '/_local/signing/revoke', body });
    if (!answer.ok) return answer;
    const serial = textAt(answer.value.body, 'serial') ?? '';
    const text = `Certificate ${serial} of ${persona} is revoked; the other datacentre knows within seconds.`;
    return ok({ text, data: answer.value.body });
  },
});
