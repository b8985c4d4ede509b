-- +goose Up

-- The sources of an installation. What a person has set is one document; what
-- the program looks for stands in columns of its own.
CREATE TABLE sources (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    connector  TEXT NOT NULL,
    dataset    TEXT NOT NULL UNIQUE,
    credential TEXT NOT NULL,
    settings   TEXT NOT NULL, -- JSON
    stage      TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    created    INTEGER,
    created_by TEXT NOT NULL,
    deleted    INTEGER,
    next       INTEGER, -- when it is due
    failures   INTEGER NOT NULL,
    why        TEXT NOT NULL,
    last_good  INTEGER
) STRICT;

CREATE TABLE source_accounts (
    source     TEXT NOT NULL REFERENCES sources (id),
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    currency   TEXT NOT NULL,
    zone       TEXT NOT NULL,
    status     TEXT NOT NULL,
    first_seen INTEGER,
    last_seen  INTEGER,
    PRIMARY KEY (source, account)
) STRICT, WITHOUT ROWID;

-- Runs of the service. active is 1 while a run is on, and NULL otherwise: of each
-- source and lane there is one at a time.
ALTER TABLE runs ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN by_whom TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN active INTEGER;
ALTER TABLE runs ADD COLUMN cancelled INTEGER;
ALTER TABLE runs ADD COLUMN order_key TEXT;

CREATE UNIQUE INDEX runs_one_at_a_time ON runs (source, lane) WHERE active = 1;
CREATE UNIQUE INDEX runs_by_key ON runs (source, order_key) WHERE order_key IS NOT NULL;

-- Who works on a step, until when by the database's clock, and which handing-out
-- this is.
ALTER TABLE steps ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN worker TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN lease INTEGER;
ALTER TABLE steps ADD COLUMN not_before INTEGER;
ALTER TABLE steps ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN slices INTEGER NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN slices_left INTEGER NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN act TEXT;
ALTER TABLE steps ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN message TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN hint TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN until INTEGER;

CREATE INDEX steps_by_state ON steps (state);

CREATE TABLE workers (
    id      TEXT PRIMARY KEY,
    host    TEXT NOT NULL,
    version TEXT NOT NULL,
    started INTEGER,
    seen    INTEGER
) STRICT;

CREATE TABLE log_lines (
    seq     INTEGER PRIMARY KEY,
    run     TEXT NOT NULL,
    at      INTEGER,
    level   TEXT NOT NULL,
    account TEXT NOT NULL,
    stream  TEXT NOT NULL,
    code    TEXT NOT NULL,
    message TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;

CREATE INDEX log_lines_by_run ON log_lines (run, seq);
CREATE INDEX log_lines_by_age ON log_lines (at);
