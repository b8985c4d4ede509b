-- +goose Up

-- Why the tables of a source could not be dropped when its time was over, as JSON;
-- empty = nothing hindered it. And since when that is so.
ALTER TABLE sources ADD COLUMN unpurged TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN purging INTEGER;

-- Links by which somebody chooses a new password.
CREATE TABLE resets (
    code    TEXT NOT NULL PRIMARY KEY, -- the hash of what stands in the link
    person  TEXT NOT NULL,
    by_whom TEXT NOT NULL, -- empty = somebody at the machine
    made    INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used    INTEGER
) STRICT, WITHOUT ROWID;
