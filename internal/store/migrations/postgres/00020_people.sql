-- +goose Up

-- The people who may log in. Nobody is ever deleted: a deed names who did it.
CREATE TABLE users (
    id          TEXT COLLATE "C" PRIMARY KEY,
    email       TEXT COLLATE "C" NOT NULL UNIQUE, -- in lower case
    name        TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL, -- JSON
    disabled    BIGINT NOT NULL,
    password    TEXT COLLATE "C" NOT NULL, -- its argon2id hash; empty = none
    subject     TEXT COLLATE "C" UNIQUE,   -- who they are to the OIDC provider
    epoch       BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    created     BIGINT,
    login       BIGINT
);

-- Browsers that are logged in, by the hash of what their cookie holds.
CREATE TABLE sessions (
    token   TEXT COLLATE "C" PRIMARY KEY,
    content BYTEA NOT NULL,
    seen    BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE invites (
    id          TEXT COLLATE "C" PRIMARY KEY,
    code        TEXT COLLATE "C" NOT NULL UNIQUE, -- the hash of what stands in the link
    email       TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL, -- JSON
    by_whom     TEXT COLLATE "C" NOT NULL,
    created     BIGINT NOT NULL,
    expires     BIGINT NOT NULL,
    used        BIGINT,
    revoked     BIGINT
);

CREATE INDEX invites_by_email ON invites (email);

CREATE TABLE api_keys (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    hash        TEXT COLLATE "C" NOT NULL UNIQUE, -- of the key, which is kept nowhere
    role        TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL, -- JSON
    by_whom     TEXT COLLATE "C" NOT NULL,
    created     BIGINT NOT NULL,
    expires     BIGINT,
    last_used   BIGINT,
    revoked     BIGINT
);

-- The audit log. It only grows.
CREATE TABLE deeds (
    id     TEXT COLLATE "C" PRIMARY KEY,
    at     BIGINT NOT NULL,
    who    TEXT COLLATE "C" NOT NULL,
    name   TEXT COLLATE "C" NOT NULL,
    what   TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    origin TEXT COLLATE "C" NOT NULL, -- the address it came from
    detail TEXT COLLATE "C" NOT NULL  -- JSON
);

CREATE INDEX deeds_by_time ON deeds (at, id);
CREATE INDEX deeds_by_object ON deeds (object, at);
