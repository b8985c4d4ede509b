-- +goose Up

-- Uploaded files and mapped tables of the warehouse. The bytes of files are in the data folder, the rows
-- in the warehouse.
CREATE TABLE data_files (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL UNIQUE,
    kind        TEXT COLLATE "C" NOT NULL, -- customers, orders, refunds, spend, budgets or rates
    relation    TEXT COLLATE "C" NOT NULL, -- the mapped table or view; '' for a file
    size        BIGINT NOT NULL, -- bytes
    uploaded    BIGINT NOT NULL,
    uploaded_by TEXT COLLATE "C" NOT NULL,
    guess       TEXT COLLATE "C" NOT NULL, -- JSON: what the file looks like
    mapping     TEXT COLLATE "C" NOT NULL, -- JSON: which column is which field
    result      TEXT COLLATE "C" NOT NULL, -- JSON: of the last load
    revision    BIGINT NOT NULL
);
