-- +goose Up

-- The platform's clock when a run began; NULL = it was not asked yet.
ALTER TABLE runs ADD COLUMN moment BIGINT;

-- All that ranges of days are made of, in the order in which they are made.
DROP INDEX checkpoints_by_account;
CREATE INDEX checkpoints_by_account ON checkpoints (source, account, table_name, from_day, to_day, asked NULLS FIRST, partial);
