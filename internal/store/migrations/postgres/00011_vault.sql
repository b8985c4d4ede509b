-- +goose Up

-- The keys that seal secrets, without the keys themselves.
CREATE TABLE seal_keys (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    is_right BYTEA NOT NULL, -- something sealed with it, which only the right key opens
    state    TEXT COLLATE "C" NOT NULL, -- current, former, retired
    since    BIGINT         -- microseconds since 1970-01-01 UTC
);

CREATE UNIQUE INDEX seal_keys_current ON seal_keys (state) WHERE state = 'current';

CREATE TABLE credentials (
    id        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    connector TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    created   BIGINT,
    latest    BIGINT NOT NULL -- the number of the newest version
);

-- A version is never overwritten. seal_key and sealed are NULL once it is wiped.
CREATE TABLE credential_versions (
    credential  TEXT COLLATE "C" NOT NULL REFERENCES credentials (id),
    number      BIGINT NOT NULL,
    allows      TEXT COLLATE "C" NOT NULL, -- the grant, as JSON
    admitted_by TEXT COLLATE "C" NOT NULL,
    admitted    BIGINT,
    wiped       BIGINT,
    seal_key    TEXT COLLATE "C" REFERENCES seal_keys (id),
    sealed      BYTEA,
    PRIMARY KEY (credential, number),
    CHECK ((sealed IS NULL) = (seal_key IS NULL))
);

CREATE INDEX credential_versions_by_key ON credential_versions (seal_key);
