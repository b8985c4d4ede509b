-- +goose Up

-- What a key is limited to: JSON, a list of scopes; null = it calls the API.
ALTER TABLE api_keys ADD COLUMN scopes TEXT COLLATE "C" NOT NULL DEFAULT 'null';

-- What assistants asked the MCP server, without values.
CREATE TABLE tool_calls (
    id        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at        BIGINT NOT NULL,
    key       TEXT COLLATE "C" NOT NULL, -- the ID of the API key
    key_name  TEXT COLLATE "C" NOT NULL,
    tool      TEXT COLLATE "C" NOT NULL,
    arguments TEXT COLLATE "C" NOT NULL, -- their hash
    took      BIGINT NOT NULL, -- microseconds
    rows      BIGINT NOT NULL,
    outcome   TEXT COLLATE "C" NOT NULL -- ok, or the code of the refusal
);

CREATE INDEX tool_calls_at ON tool_calls (at, id);
