-- +goose Up

-- When a source last got another secret.
ALTER TABLE sources ADD COLUMN renewed INTEGER;

-- When a platform was last asked about a secret, and to extend it.
ALTER TABLE credentials ADD COLUMN checked INTEGER;
ALTER TABLE credentials ADD COLUMN tried INTEGER;
ALTER TABLE credentials ADD COLUMN trouble TEXT NOT NULL DEFAULT '';

-- What an admin sets for everybody: one row.
CREATE TABLE settings (
    name     TEXT NOT NULL PRIMARY KEY,
    value    TEXT NOT NULL, -- JSON
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The installation's apps at the platforms. Their secrets are credentials.
CREATE TABLE apps (
    connector     TEXT NOT NULL PRIMARY KEY,
    id            TEXT NOT NULL,
    configuration TEXT NOT NULL,
    credential    TEXT NOT NULL,
    revision      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Ways through a platform's login. The state that goes there and back is kept as
-- a hash, and used once.
CREATE TABLE logins (
    id         TEXT NOT NULL PRIMARY KEY,
    state      TEXT NOT NULL UNIQUE,
    connector  TEXT NOT NULL,
    source     TEXT NOT NULL, -- empty = a new one
    by_whom    TEXT NOT NULL,
    link       TEXT NOT NULL,
    made       INTEGER,
    expires    INTEGER,
    back       INTEGER,       -- when they came back
    ended      INTEGER,
    credential TEXT NOT NULL,
    taken      INTEGER,
    found      TEXT NOT NULL, -- JSON
    fault      TEXT NOT NULL  -- JSON
) STRICT, WITHOUT ROWID;

-- Links by which somebody logs in who is none of our people.
CREATE TABLE connect_links (
    id      TEXT NOT NULL PRIMARY KEY,
    code    TEXT NOT NULL UNIQUE, -- its hash
    source  TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    made    INTEGER,
    expires INTEGER,
    used    INTEGER,
    revoked INTEGER
) STRICT, WITHOUT ROWID;
