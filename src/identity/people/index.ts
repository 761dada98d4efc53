export { type NewPerson, parsePeopleFile, type PeopleFile } from './people-file.ts';
export {
  commonName,
  displayName,
  type Membership,
  type Person,
  type RoleProfile,
  rolesOn,
  type User,
} from './person.ts';
export {
  findUser,
  importPeople,
  type ImportRefusal,
  knownUserIds,
  listUsers,
} from './repository.ts';
