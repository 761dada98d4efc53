export { ACTIVITIES } from './activities.ts';
export { JOB_ROLES, jobRoleName, type JobRoleNames } from './job-roles.ts';
export { type Interaction, NEEDS } from './needs.ts';
export { effectiveActivities, may, type RightsRefusal, type Role } from './rights.ts';
export { importJobRoleNames, jobRoleNames } from './repository.ts';
export { parseRoleFile } from './role-file.ts';
