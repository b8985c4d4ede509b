-- +goose Up

-- Links that show a dashboard to people without an account.
CREATE TABLE share_links (
    id        TEXT NOT NULL PRIMARY KEY,
    hash      TEXT NOT NULL UNIQUE, -- of the token
    name      TEXT NOT NULL,
    dashboard TEXT NOT NULL,
    revision  INTEGER NOT NULL, -- of the dashboard when it was shared; 0 = built in
    content   TEXT NOT NULL, -- JSON: the dashboard as it was shared
    locks     TEXT NOT NULL, -- JSON
    days      TEXT NOT NULL, -- JSON; empty = all days
    fee       TEXT NOT NULL, -- decimal; empty = none
    filters   TEXT NOT NULL, -- JSON: dimensions that the holder may filter by
    download  INTEGER NOT NULL,
    origins   TEXT NOT NULL, -- JSON
    password  TEXT NOT NULL, -- hash; empty = none
    preview   INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    maker     TEXT NOT NULL,
    created   INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    expires   INTEGER,
    revoked   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX share_links_by_dashboard ON share_links (dashboard);

-- Holders who gave a link's password.
CREATE TABLE share_sessions (
    hash    TEXT NOT NULL PRIMARY KEY, -- of the session's secret
    link    TEXT NOT NULL REFERENCES share_links (id) ON DELETE CASCADE,
    version INTEGER NOT NULL, -- of the link
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Passwords that were tried, counted before they are compared.
CREATE TABLE share_tries (
    what  TEXT NOT NULL PRIMARY KEY, -- a link, an address, or both
    tries INTEGER NOT NULL,
    since INTEGER NOT NULL,
    last  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Openings of links.
CREATE TABLE share_openings (
    id      TEXT NOT NULL PRIMARY KEY,
    link    TEXT NOT NULL REFERENCES share_links (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    browser TEXT NOT NULL,
    visitor TEXT NOT NULL,
    bot     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX share_openings_by_link ON share_openings (link, at);
