import { type Command, EXIT } from './command.ts';

/** Commands of one name are one command: the first word after it says which is meant, `spine fault scenario <one|other>`. */
export function joined(commands: readonly Command[]): Command[] {
  const byName = Map.groupBy(commands, ({ name }) => name);
  return [...byName.values()].flatMap((same) => (same.length === 1 ? same : [joinedOne(same)]));
}

function joinedOne(same: readonly Command[]): Command {
  const [first, ...others] = same;
  if (first === undefined) throw new Error('no command');
  const options = Map.groupBy(
    same.flatMap((one) => one.options),
    ({ flag }) => flag,
  );
  const words = same.map(wordOf);
  const [one, two, three] = first.examples;
  return {
    ...first,
    summary: same.map((command) => `${wordOf(command)}: ${command.summary}`).join('; '),
    usage: `<${words.join('|')}>`,
    options: [...options.values()].flatMap((alike) => alike.slice(0, 1)),
    examples: [one, others[0]?.examples[0] ?? two, three],
    run: async (invocation) => {
      const asked = same.find((command) => wordOf(command) === invocation.words[0]);
      if (asked !== undefined) return asked.run(invocation);
      invocation.output.progress(`spine ${first.name}: name one of ${words.join(', ')}`);
      return EXIT.wrongUse;
    },
  };
}

function wordOf({ usage = '' }: Command): string {
  return usage.replaceAll(/[<>]/g, '');
}
