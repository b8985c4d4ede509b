-- +goose Up

-- Links that show a dashboard to people without an account.
CREATE TABLE share_links (
    id        TEXT COLLATE "C" PRIMARY KEY,
    hash      TEXT COLLATE "C" NOT NULL UNIQUE, -- of the token
    name      TEXT COLLATE "C" NOT NULL,
    dashboard TEXT COLLATE "C" NOT NULL,
    revision  BIGINT NOT NULL, -- of the dashboard when it was shared; 0 = built in
    content   TEXT COLLATE "C" NOT NULL, -- JSON: the dashboard as it was shared
    locks     TEXT COLLATE "C" NOT NULL, -- JSON
    days      TEXT COLLATE "C" NOT NULL, -- JSON; empty = all days
    fee       TEXT COLLATE "C" NOT NULL, -- decimal; empty = none
    filters   TEXT COLLATE "C" NOT NULL, -- JSON: dimensions that the holder may filter by
    download  BIGINT NOT NULL,
    origins   TEXT COLLATE "C" NOT NULL, -- JSON
    password  TEXT COLLATE "C" NOT NULL, -- hash; empty = none
    preview   BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    maker     TEXT COLLATE "C" NOT NULL,
    created   BIGINT NOT NULL,
    updated   BIGINT NOT NULL,
    expires   BIGINT,
    revoked   BIGINT
);
CREATE INDEX share_links_by_dashboard ON share_links (dashboard);

-- Holders who gave a link's password.
CREATE TABLE share_sessions (
    hash    TEXT COLLATE "C" PRIMARY KEY, -- of the session's secret
    link    TEXT COLLATE "C" NOT NULL REFERENCES share_links (id) ON DELETE CASCADE,
    version BIGINT NOT NULL, -- of the link
    expires BIGINT NOT NULL
);

-- Passwords that were tried, counted before they are compared.
CREATE TABLE share_tries (
    what  TEXT COLLATE "C" PRIMARY KEY, -- a link, an address, or both
    tries BIGINT NOT NULL,
    since BIGINT NOT NULL,
    last  BIGINT NOT NULL
);

-- Openings of links.
CREATE TABLE share_openings (
    id      TEXT COLLATE "C" PRIMARY KEY,
    link    TEXT COLLATE "C" NOT NULL REFERENCES share_links (id) ON DELETE CASCADE,
    at      BIGINT NOT NULL,
    browser TEXT COLLATE "C" NOT NULL,
    visitor TEXT COLLATE "C" NOT NULL,
    bot     BIGINT NOT NULL
);
CREATE INDEX share_openings_by_link ON share_openings (link, at);
