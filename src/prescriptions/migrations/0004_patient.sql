-- What the demographics service told of patients who are dead, or whose record was merged into another one. Nobody
-- else is here: whom nobody is told about lives, under this number.
create table prescriptions.patient (
  nhs_number text primary key,
  -- Number of the record that was retained in the end; null for one that was not merged.
  retained text,
  is_deceased boolean not null
);

create index patient_retained on prescriptions.patient (retained) where retained is not null;
