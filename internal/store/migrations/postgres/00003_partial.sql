-- +goose Up

-- 1: the platform did not give all of it. What is missing stands in _gaps in the
-- warehouse, and the window is asked for again.
ALTER TABLE checkpoints ADD COLUMN partial BIGINT NOT NULL DEFAULT 0;
