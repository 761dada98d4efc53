export {
  importFault,
  importFaultOf,
  importing,
  importPeople,
} from './import/repository.ts';
export { type ImportRefusal, importWords } from './import/refusal.ts';
export { type MovedRole, moveRoles } from './move/handle.ts';
export { type NewPerson, parsePeopleFile, type PeopleFile } from './people-file.ts';
export {
  commonName,
  displayName,
  type Membership,
  type Person,
  type RoleProfile,
  lastDayOf,
  rolesOn,
  type User,
} from './person.ts';
export {
  type By,
  endingRole,
  endRole,
  findRole,
  findUser,
  findUsers,
  givingRole,
  grantRole,
  knownUserIds,
  listUsers,
  type NewRole,
} from './repository.ts';
