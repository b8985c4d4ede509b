-- +goose Up

-- SQL statements that people keep.
CREATE TABLE saved_sql (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    statement   TEXT NOT NULL,
    revision    INTEGER NOT NULL, -- counts edits
    created     INTEGER,
    created_by  TEXT NOT NULL,
    updated     INTEGER,
    updated_by  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
