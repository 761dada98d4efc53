export { type Base, bases, type Kind, sizeOf } from './base.ts';
export { type BackupFacts, factsOf, noteDrill } from './facts.ts';
export { backUp, follow, prune } from './follow.ts';
export type { Done, RecordCheck, RecordKeeper, RecordMark } from './record.ts';
export type { Recovered } from './recover.ts';
export { choose, restore } from './restore.ts';
export { makeStore, openStore, type Store } from './store.ts';
