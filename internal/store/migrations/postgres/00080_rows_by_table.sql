-- +goose Up

-- The rows of a load by table, where it filled several. Those of the table that has
-- the stream's name are the rest of the outcome's.
CREATE TABLE outcome_tables (
    run        TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    load       TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C" NOT NULL,
    rows       BIGINT NOT NULL,
    PRIMARY KEY (run, load, table_name)
);
