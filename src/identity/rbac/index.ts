export { ACTIVITIES } from './activities.ts';
export { JOB_ROLES, jobRoleName } from './job-roles.ts';
export { type Interaction, NEEDS } from './needs.ts';
export { effectiveActivities, may, type RightsRefusal, type Role } from './rights.ts';
