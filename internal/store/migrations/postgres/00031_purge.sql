-- +goose Up

-- Whether the tables of a source that was deleted go with it, once it cannot be
-- restored any more.
ALTER TABLE sources ADD COLUMN drop_data BIGINT NOT NULL DEFAULT 0;
