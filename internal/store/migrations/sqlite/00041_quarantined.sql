-- +goose Up

-- Values of which nothing was loaded; they stand in _quarantine in the warehouse.
ALTER TABLE outcomes ADD COLUMN quarantined INTEGER NOT NULL DEFAULT 0;
