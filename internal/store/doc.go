// Package store is the program's database: its state between two starts. It is one
// SQLite file or, for several machines, the schema adtally in a PostgreSQL database.
//
// It imports the root package, never a platform or a warehouse, and does not interpret
// cursors. Its one rule: when a method that writes has returned, its changes survive
// kill -9 and a power cut; before that, none of them is visible.
//
// An exported method is one serializable transaction; an unexported helper with a txn
// is one statement. Both databases get the same SQL, with ? for values. Times are
// stored as microseconds since 1970-01-01 UTC, truncated; a zero time is NULL. Days
// are stored as the number of adtally.Day; date(day*86400, 'unixepoch') prints them.
//
// To add a table and its methods:
//
//  1. Write migrations/sqlite/NNNNN_name.sql and migrations/postgres/NNNNN_name.sql;
//     never change a released one. INTEGER, TEXT, BLOB and INTEGER PRIMARY KEY
//     in SQLite are BIGINT, TEXT COLLATE "C", BYTEA and BIGINT GENERATED ALWAYS AS
//     IDENTITY PRIMARY KEY in PostgreSQL; a test compares the two.
//  2. Read with db.query and write with db.exec, or with db.write for more than one
//     statement; micros, moment and bit convert values. db.write may call its
//     function again.
//  3. ON CONFLICT (columns) names its columns. INSERT … ON CONFLICT DO NOTHING with
//     0 changed rows found an existing row; UPDATE … WHERE version = ? with 0 was
//     too late. Return a Fault then: it rolls the transaction back.
//  4. If the type of a ? is ambiguous, write CAST(? AS BIGINT). ORDER BY says
//     NULLS FIRST or LAST. Do not index text of unlimited length.
//  5. Test it with onBoth. On PostgreSQL a higher seq may become visible before a
//     lower one: readers that continue after the last seq must look back a little.
package store
