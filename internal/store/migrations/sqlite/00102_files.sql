-- +goose Up

-- Uploaded files and mapped tables of the warehouse. The bytes of files are in the data folder, the rows
-- in the warehouse.
CREATE TABLE data_files (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL, -- customers, orders, refunds, spend, budgets or rates
    relation    TEXT NOT NULL, -- the mapped table or view; '' for a file
    size        INTEGER NOT NULL, -- bytes
    uploaded    INTEGER NOT NULL,
    uploaded_by TEXT NOT NULL,
    guess       TEXT NOT NULL, -- JSON: what the file looks like
    mapping     TEXT NOT NULL, -- JSON: which column is which field
    result      TEXT NOT NULL, -- JSON: of the last load
    revision    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
