/** The same member removed, the same item repeated, nothing where something was, or a value of another JSON type. */
export type Change = 'removed' | 'repeated' | 'emptied' | WrongType;
type WrongType = 'number' | 'text' | 'object' | 'list' | 'null' | 'boolean';

/** One change at one place of a message. */
export type Mutation = {
  readonly keys: readonly (string | number)[];
  /** The place in words: `Bundle.entry(Patient).resource.name[0].family`. */
  readonly path: string;
  readonly change: Change;
};

const WRONG: Readonly<Record<WrongType, unknown>> = {
  number: 42,
  text: 'text',
  object: { x: 1 },
  list: ['text'],
  null: null,
  boolean: true,
};

type Container = { [member: string | number]: unknown };

/** Every change at every place of a message; of the wrong types so many at each place, in turn. */
export function mutationsOf(message: object, types = Infinity): Mutation[] {
  return placesOf(message, typeOf(message) ?? '', []).flatMap(
    ({ keys, path, value, isItem }, index) => {
      const wrong = wrongTypesFor(value);
      const taken = wrong.map((_, n) => wrong[(index + n) % wrong.length]).slice(0, types);
      return [...taken, ...changesOf(value, isItem)].flatMap((change) =>
        change === undefined ? [] : [{ keys, path, change }],
      );
    },
  );
}

type Place = Pick<Mutation, 'keys' | 'path'> & {
  readonly value: unknown;
  readonly isItem: boolean;
};

function placesOf(node: object, path: string, keys: Mutation['keys']): Place[] {
  const isItem = Array.isArray(node);
  return Object.entries(node).flatMap(([name, value]: [string, unknown]): Place[] => {
    const here = isItem ? `${path}${itemName(value, name)}` : `${path}.${name}`;
    const place = { keys: [...keys, isItem ? Number(name) : name], path: here, value, isItem };
    const isNode = typeof value === 'object' && value !== null;
    return isNode ? [place, ...placesOf(value, here, place.keys)] : [place];
  });
}

/** An item of a list by what it is, where it says so. */
function itemName(item: unknown, index: string): string {
  if (typeof item !== 'object' || item === null) return `[${index}]`;
  const type = typeOf(item);
  if (type !== null) return `(${type})`;
  const { url, name } = item as Container;
  if (typeof url === 'string') return `(${url.replace(/^.*Extension-/, '')})`;
  return typeof name === 'string' ? `(${name})` : `[${index}]`;
}

/** Of a resource, or of a Bundle's entry. */
function typeOf(item: object): string | null {
  const { resourceType, fullUrl, resource } = item as Container;
  if (typeof resourceType === 'string') return resourceType;
  return typeof fullUrl === 'string' ? typeOf(resource as object) : null;
}

function changesOf(value: unknown, isItem: boolean): Change[] {
  const canBeEmpty = typeof value === 'string' || typeof value === 'object';
  return [
    'removed',
    ...(canBeEmpty ? (['emptied'] as const) : []),
    ...(isItem ? (['repeated'] as const) : []),
  ];
}

function wrongTypesFor(value: unknown): WrongType[] {
  const all = Object.keys(WRONG) as WrongType[];
  return all.filter((type) => kindOf(WRONG[type]) !== kindOf(value));
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Makes the change in a message of the same form as the one that the mutation was found in. */
export function mutated<Message extends object>(message: Message, mutation: Mutation): Message {
  const { keys, change } = mutation;
  let node = message as Container;
  for (const key of keys.slice(0, -1)) node = node[key] as Container;
  const last = keys.at(-1) ?? '';
  if (change === 'repeated') repeat(node, Number(last));
  else if (change === 'removed') remove(node, last);
  else node[last] = change === 'emptied' ? emptied(node[last]) : WRONG[change];
  return message;
}

function repeat(node: object, index: number): void {
  if (Array.isArray(node)) node.splice(index, 0, structuredClone(node[index]));
}

function remove(node: Container, key: string | number): void {
  if (Array.isArray(node)) node.splice(Number(key), 1);
  else Reflect.deleteProperty(node, key);
}

function emptied(value: unknown): unknown {
  if (typeof value === 'string') return '';
  return Array.isArray(value) ? [] : {};
}
