-- Names of the national list that an operator has imported: of job roles (R####) and of staff groups (S####:G####).
create table identity.job_role_name (
  code text primary key,
  -- One for a job role; group and sub-group for a staff group.
  names text[] not null,
  imported_at timestamptz not null
);
