-- +goose Up

-- The people who may log in. Nobody is ever deleted: a deed names who did it.
CREATE TABLE users (
    id          TEXT PRIMARY KEY,
    email       TEXT NOT NULL UNIQUE, -- in lower case
    name        TEXT NOT NULL,
    role        TEXT NOT NULL,
    permissions TEXT NOT NULL, -- JSON
    disabled    INTEGER NOT NULL,
    password    TEXT NOT NULL, -- its argon2id hash; empty = none
    subject     TEXT UNIQUE,   -- who they are to the OIDC provider
    epoch       INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    created     INTEGER,
    login       INTEGER
) STRICT;

-- Browsers that are logged in, by the hash of what their cookie holds.
CREATE TABLE sessions (
    token   TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    seen    INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invites (
    id          TEXT PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE, -- the hash of what stands in the link
    email       TEXT NOT NULL,
    role        TEXT NOT NULL,
    permissions TEXT NOT NULL, -- JSON
    by_whom     TEXT NOT NULL,
    created     INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    used        INTEGER,
    revoked     INTEGER
) STRICT;

CREATE INDEX invites_by_email ON invites (email);

CREATE TABLE api_keys (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    hash        TEXT NOT NULL UNIQUE, -- of the key, which is kept nowhere
    role        TEXT NOT NULL,
    permissions TEXT NOT NULL, -- JSON
    by_whom     TEXT NOT NULL,
    created     INTEGER NOT NULL,
    expires     INTEGER,
    last_used   INTEGER,
    revoked     INTEGER
) STRICT;

-- The audit log. It only grows.
CREATE TABLE deeds (
    id     TEXT PRIMARY KEY,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    name   TEXT NOT NULL,
    what   TEXT NOT NULL,
    object TEXT NOT NULL,
    origin TEXT NOT NULL, -- the address it came from
    detail TEXT NOT NULL  -- JSON
) STRICT;

CREATE INDEX deeds_by_time ON deeds (at, id);
CREATE INDEX deeds_by_object ON deeds (object, at);
