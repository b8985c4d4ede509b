-- +goose Up

-- Why the tables of a source could not be dropped when its time was over, as JSON;
-- empty = nothing hindered it. And since when that is so.
ALTER TABLE sources ADD COLUMN unpurged TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN purging BIGINT;

-- Links by which somebody chooses a new password.
CREATE TABLE resets (
    code    TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- the hash of what stands in the link
    person  TEXT COLLATE "C" NOT NULL,
    by_whom TEXT COLLATE "C" NOT NULL, -- empty = somebody at the machine
    made    BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used    BIGINT
);
