import { JsonReader } from '../../kernel/json-reader.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { POLICIES } from './policies.ts';

/** What a plan says of a dirty class: what becomes of its records, who answers for that, and how many there may be [MIGRATION 4]. */
export type Choice = {
  /** `default`: as the table of policies has it; `hold`: each of them waits for a person. */
  readonly choice: 'default' | 'hold';
  readonly owner: string;
  /** More than so many, and nothing is signed or loaded; null: any number. */
  readonly most: number | null;
};

export type Choices = Readonly<Record<string, Choice>>;

/** What never comes into the store cannot be held in it. */
const NOT_HELD = ['D25', 'D28'];
const CHOICES = ['default', 'hold'] as const;
const MOST_MAX = 2_000_000_000;
const OWNER = /^\S.{0,99}$/;

/**
 * Reads `{"D5": {"choice": "hold", "owner": "A Pharmacist", "most": 100}}`; a class that is not named goes by its
 * default, and by the owner of all. All problems at once.
 */
export function readChoices(value: unknown, owner: string): Result<Choices, readonly string[]> {
  const problems: string[] = [];
  const from = new JsonReader(value, '', problems);
  const choices = Object.keys(POLICIES).map((name) => {
    const isNamed = from.value(name) !== undefined;
    const choice = isNamed ? from.object(name, (one) => choiceIn(one, owner)) : byDefault(owner);
    if (choice.choice === 'hold' && NOT_HELD.includes(name)) {
      from.problem(name, 'cannot be held: it never comes into the store');
    }
    return [name, choice] as const;
  });
  from.done();
  return problems.length === 0 ? ok(Object.fromEntries(choices)) : fail(problems);
}

export function byDefault(owner: string): Choice {
  return { choice: 'default', owner, most: null };
}

export function choiceIn(from: JsonReader, owner: string): Choice {
  const most = from.value('most') ?? null;
  const isCount =
    typeof most === 'number' && Number.isInteger(most) && most >= 0 && most <= MOST_MAX;
  if (most !== null && !isCount) from.problem('most', `must be a number from 0 to ${MOST_MAX}`);
  const choice = {
    choice: from.one('choice', CHOICES, 'default'),
    owner: from.optionalText('owner', OWNER, 'a person') ?? owner,
    most: isCount ? most : null,
  };
  return choice;
}

/** Classes of which every record is held by choice, in their order. */
export function heldBy(choices: Choices): string[] {
  return Object.entries(choices).flatMap(([name, { choice }]) => (choice === 'hold' ? [name] : []));
}
