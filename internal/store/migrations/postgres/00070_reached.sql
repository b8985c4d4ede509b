-- +goose Up

-- When the first message about an outage was taken by a channel; NULL = none was.
-- Messages are forgotten after a month: of older outages, what is known is that
-- some were written.
ALTER TABLE outages ADD COLUMN reached BIGINT;
UPDATE outages SET reached = (SELECT MIN(arrived) FROM letters WHERE substr(letters.id, 1, length(outages.id) + 1) = outages.id || '_')
WHERE EXISTS (SELECT 1 FROM letters WHERE substr(letters.id, 1, length(outages.id) + 1) = outages.id || '_');
UPDATE outages SET reached = told
WHERE NOT EXISTS (SELECT 1 FROM letters WHERE substr(letters.id, 1, length(outages.id) + 1) = outages.id || '_');
