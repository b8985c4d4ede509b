-- +goose Up

-- Until then nobody is notified about the incident; NULL = not snoozed.
ALTER TABLE incidents ADD COLUMN snoozed INTEGER;

-- JSON: when the channel gets its digest; empty = it gets every message at once.
ALTER TABLE channels ADD COLUMN digest TEXT NOT NULL DEFAULT '';
