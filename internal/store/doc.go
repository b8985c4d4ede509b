// Package store is the service's own database: one SQLite file, or the schema adtally in
// a PostgreSQL database for several machines.
//
// It may import the domain types, and knows no platform, no warehouse and no cursor's
// content. The one rule it keeps: when a writing method has returned, its changes survive
// kill -9 and a power cut; until then none of them exist.
//
// An exported method is one serializable transaction; an unexported helper that takes a
// txn is one statement. Both databases get the same SQL, with ? for values. A time is
// stored in microseconds since 1970-01-01 UTC; a zero time is NULL. A day is stored as its
// number (adtally.Day); date(day*86400, 'unixepoch') prints it.
//
// To add a table and its methods:
//
//  1. Write migrations/sqlite/NNNNN_name.sql and migrations/postgres/NNNNN_name.sql.
//     Never change a released one. INTEGER, TEXT, BLOB and INTEGER PRIMARY
//     KEY there are BIGINT, TEXT COLLATE "C", BYTEA and BIGINT GENERATED ALWAYS AS
//     IDENTITY PRIMARY KEY here; a test compares the two.
//  2. Read with db.query and write with db.exec, or with db.write where it takes
//     more than one statement; micros, moment and bit convert values. db.write may
//     run its function again.
//  3. ON CONFLICT names its columns. If INSERT … ON CONFLICT DO NOTHING changes 0 rows, the
//     row existed; if UPDATE … WHERE version = ? changes 0 rows, it was too late. Return a
//     Fault then: it rolls the transaction back.
//  4. Write CAST(? AS BIGINT) if the type of a ? is not clear from its context. ORDER BY
//     needs NULLS FIRST or LAST. Do not index long texts.
//  5. Test it with onBoth. On PostgreSQL a higher seq can become visible before a lower one,
//     so a reader that continues after the last seq must look back a little.
package store
