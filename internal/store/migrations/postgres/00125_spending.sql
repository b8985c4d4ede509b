-- +goose Up

-- Until then nobody is notified about the incident; NULL = not snoozed.
ALTER TABLE incidents ADD COLUMN snoozed BIGINT;

-- JSON: when the channel gets its digest; empty = it gets every message at once.
ALTER TABLE channels ADD COLUMN digest TEXT COLLATE "C" NOT NULL DEFAULT '';
