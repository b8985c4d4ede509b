-- +goose Up

-- Values of which nothing was loaded; they stand in _quarantine in the warehouse.
ALTER TABLE outcomes ADD COLUMN quarantined BIGINT NOT NULL DEFAULT 0;
