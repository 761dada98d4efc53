type Contents = {
  readonly organisations: number;
  readonly people: number;
  /** Not told when it is absent. */
  readonly roleProfiles?: number;
};

/** How much a file of people has: `0 organisations, 1 person`. */
export function contentsWords({ organisations, people, roleProfiles }: Contents): string {
  return [
    counted(organisations, 'organisation', 'organisations'),
    counted(people, 'person', 'people'),
    ...(roleProfiles === undefined ? [] : [counted(roleProfiles, 'role profile', 'role profiles')]),
  ].join(', ');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
