-- +goose Up

-- SQL statements that people keep.
CREATE TABLE saved_sql (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    statement   TEXT COLLATE "C" NOT NULL,
    revision    BIGINT NOT NULL, -- counts edits
    created     BIGINT,
    created_by  TEXT COLLATE "C" NOT NULL,
    updated     BIGINT,
    updated_by  TEXT COLLATE "C" NOT NULL
);
