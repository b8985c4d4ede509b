-- +goose Up

-- The load that a try of a slice committed, so that each is counted once; empty =
-- it committed nothing, or was made before this was noted.
ALTER TABLE outcomes ADD COLUMN load TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX outcomes_by_load ON outcomes (run, load) WHERE load <> '';
DROP INDEX outcomes_by_run;
CREATE INDEX outcomes_by_step ON outcomes (run, account);

-- What a step has read is the sum of its outcomes.
ALTER TABLE steps DROP COLUMN rows;
ALTER TABLE steps DROP COLUMN slices;

ALTER TABLE drifts ADD COLUMN difference TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What the table held when it was loaded; empty = it was not noted.
ALTER TABLE checkpoints ADD COLUMN definition TEXT COLLATE "C" NOT NULL DEFAULT '';
