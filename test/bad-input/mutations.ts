export type Change = 'removed' | 'repeated' | 'emptied' | 'number' | 'text' | 'object' | 'list' | 'null' | 'boolean';

/** One change at one place of a message. */
export type Mutation = {
  readonly keys: readonly (string | number)[];
  /** The place in words: `Bundle.entry(Patient).resource.name[0].family`. */
  readonly path: string;
  readonly change: Change;
};

const WRONG: Partial<Record<Change, unknown>> = {
  number: 42,
  text: 'text',
  object: { x: 1 },
  list: ['text'],
  null: null,
  boolean: true,
};

type Container = { [member: string | number]: unknown };

export function mutationsOf(message: object): Mutation[] {
  const top = 'resourceType' in message ? String(message.resourceType) : '';
  return placesOf(message, top, []).flatMap(({ keys, path, value, isItem }) =>
    changesOf(value, isItem).map((change) => ({ keys, path, change })),
  );
}

type Place = Pick<Mutation, 'keys' | 'path'> & { readonly value: unknown; readonly isItem: boolean };

function placesOf(node: object, path: string, keys: Mutation['keys']): Place[] {
  const isItem = Array.isArray(node);
  return Object.entries(node).flatMap(([name, value]: [string, unknown]): Place[] => {
    const key = isItem ? Number(name) : name;
    const here = isItem ? `${path}${nameOf(value, name)}` : `${path}.${name}`;
    const place: Place = { keys: [...keys, key], path: here, value, isItem };
    const isNode = typeof value === 'object' && value !== null;
    return isNode ? [place, ...placesOf(value, here, place.keys)] : [place];
  });
}

/** An item of a list by what it is, where it says so. */
function nameOf(item: unknown, index: string): string {
  if (typeof item !== 'object' || item === null) return `[${index}]`;
  const { url, name, resourceType, resource } = item as Record<string, unknown>;
  if (typeof url === 'string') return `(${url.replace(/^.*Extension-/, '')})`;
  if (typeof name === 'string' && 'resource' in item) return `(${name})`;
  const type = resourceType ?? (resource as Record<string, unknown> | undefined)?.['resourceType'];
  return typeof type === 'string' ? `(${type})` : `[${index}]`;
}

function changesOf(value: unknown, isItem: boolean): Change[] {
  const wrong = Object.entries(WRONG).flatMap(([change, other]) =>
    kindOf(other) === kindOf(value) ? [] : [change as Change],
  );
  const canBeEmpty = typeof value === 'string' || typeof value === 'object';
  return [
    ...wrong,
    'removed',
    ...(canBeEmpty ? (['emptied'] as const) : []),
    ...(isItem ? (['repeated'] as const) : []),
  ];
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Makes the change in a message of the same form as the one that the mutation was found in. */
export function applied(mutation: Mutation, message: object): object {
  const { keys, change } = mutation;
  let node = message as Container;
  for (const key of keys.slice(0, -1)) node = node[key] as Container;
  const last = keys.at(-1) ?? '';
  if (change === 'repeated' && Array.isArray(node)) {
    node.splice(Number(last), 0, structuredClone(node[last as number]));
  } else if (change === 'removed') {
    if (Array.isArray(node)) node.splice(Number(last), 1);
    else delete node[last];
  } else {
    node[last] = change === 'emptied' ? emptied(node[last]) : WRONG[change];
  }
  return message;
}

function emptied(value: unknown): unknown {
  if (typeof value === 'string') return '';
  return Array.isArray(value) ? [] : {};
}
