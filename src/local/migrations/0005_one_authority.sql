-- Prescribers of a test installation sign with their cards, and cards are revoked where they are kept.
drop table local.signing_material;
drop table local.revocation;
