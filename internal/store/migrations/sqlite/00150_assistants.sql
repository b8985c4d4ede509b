-- +goose Up

-- What a key is limited to: JSON, a list of scopes; null = it calls the API.
ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL DEFAULT 'null';

-- What assistants asked the MCP server, without values.
CREATE TABLE tool_calls (
    id        TEXT NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    key       TEXT NOT NULL, -- the ID of the API key
    key_name  TEXT NOT NULL,
    tool      TEXT NOT NULL,
    arguments TEXT NOT NULL, -- their hash
    took      INTEGER NOT NULL, -- microseconds
    rows      INTEGER NOT NULL,
    outcome   TEXT NOT NULL -- ok, or the code of the refusal
) STRICT;

CREATE INDEX tool_calls_at ON tool_calls (at, id);
