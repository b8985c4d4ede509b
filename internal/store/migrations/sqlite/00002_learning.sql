-- +goose Up

-- What reads have learned of how much may be asked for at once.
CREATE TABLE lessons (
    source  TEXT NOT NULL,
    account TEXT NOT NULL,
    stream  TEXT NOT NULL,
    lesson  BLOB NOT NULL,
    PRIMARY KEY (source, account, stream)
) STRICT, WITHOUT ROWID;

-- Things that the platform did not give; they stand in _gaps in the warehouse.
ALTER TABLE outcomes ADD COLUMN gaps INTEGER NOT NULL DEFAULT 0;
