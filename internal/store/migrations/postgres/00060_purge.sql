-- +goose Up

-- Why the tables of a source could not be dropped when its time was over, as JSON;
-- empty = nothing hindered it. And since when that is so.
ALTER TABLE sources ADD COLUMN unpurged TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN purging BIGINT;
