-- +goose Up

-- The keys that seal secrets, without the keys themselves.
CREATE TABLE seal_keys (
    id       TEXT NOT NULL PRIMARY KEY,
    is_right BLOB NOT NULL, -- something sealed with it, which only the right key opens
    state    TEXT NOT NULL, -- current, former, retired
    since    INTEGER        -- microseconds since 1970-01-01 UTC
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX seal_keys_current ON seal_keys (state) WHERE state = 'current';

CREATE TABLE credentials (
    id        TEXT NOT NULL PRIMARY KEY,
    connector TEXT NOT NULL,
    name      TEXT NOT NULL,
    created   INTEGER,
    latest    INTEGER NOT NULL -- the number of the newest version
) STRICT, WITHOUT ROWID;

-- A version is never overwritten. seal_key and sealed are NULL once it is wiped.
CREATE TABLE credential_versions (
    credential  TEXT NOT NULL REFERENCES credentials (id),
    number      INTEGER NOT NULL,
    allows      TEXT NOT NULL, -- the grant, as JSON
    admitted_by TEXT NOT NULL,
    admitted    INTEGER,
    wiped       INTEGER,
    seal_key    TEXT REFERENCES seal_keys (id),
    sealed      BLOB,
    PRIMARY KEY (credential, number),
    CHECK ((sealed IS NULL) = (seal_key IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX credential_versions_by_key ON credential_versions (seal_key);
