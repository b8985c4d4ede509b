-- +goose Up

-- When a source last got another secret.
ALTER TABLE sources ADD COLUMN renewed BIGINT;

-- When a platform was last asked about a secret, and to extend it.
ALTER TABLE credentials ADD COLUMN checked BIGINT;
ALTER TABLE credentials ADD COLUMN tried BIGINT;
ALTER TABLE credentials ADD COLUMN trouble TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What an admin sets for everybody: one row.
CREATE TABLE settings (
    name     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value    TEXT COLLATE "C" NOT NULL, -- JSON
    revision BIGINT NOT NULL
);

-- The installation's apps at the platforms. Their secrets are credentials.
CREATE TABLE apps (
    connector     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    id            TEXT COLLATE "C" NOT NULL,
    configuration TEXT COLLATE "C" NOT NULL,
    credential    TEXT COLLATE "C" NOT NULL,
    revision      BIGINT NOT NULL
);

-- Ways through a platform's login. The state that goes there and back is kept as
-- a hash, and used once.
CREATE TABLE logins (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    state      TEXT COLLATE "C" NOT NULL UNIQUE,
    connector  TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL, -- empty = a new one
    by_whom    TEXT COLLATE "C" NOT NULL,
    link       TEXT COLLATE "C" NOT NULL,
    made       BIGINT,
    expires    BIGINT,
    back       BIGINT,       -- when they came back
    ended      BIGINT,
    credential TEXT COLLATE "C" NOT NULL,
    taken      BIGINT,
    found      TEXT COLLATE "C" NOT NULL, -- JSON
    fault      TEXT COLLATE "C" NOT NULL  -- JSON
);

-- Links by which somebody logs in who is none of our people.
CREATE TABLE connect_links (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    code    TEXT COLLATE "C" NOT NULL UNIQUE, -- its hash
    source  TEXT COLLATE "C" NOT NULL,
    by_whom TEXT COLLATE "C" NOT NULL,
    made    BIGINT,
    expires BIGINT,
    used    BIGINT,
    revoked BIGINT
);
