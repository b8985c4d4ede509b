-- +goose Up

-- What reads have learned of how much may be asked for at once.
CREATE TABLE lessons (
    source  TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    stream  TEXT COLLATE "C" NOT NULL,
    lesson  BYTEA NOT NULL,
    PRIMARY KEY (source, account, stream)
);

-- Things that the platform did not give; they stand in _gaps in the warehouse.
ALTER TABLE outcomes ADD COLUMN gaps BIGINT NOT NULL DEFAULT 0;
