// Package store is for the database: what the program must remember between two
// starts. It is one file of SQLite, or the schema adtally in a database of
// PostgreSQL for a fleet.
//
// It may know the words of the house, never a platform, a warehouse or what a
// cursor says. The one rule it keeps: when a method that writes has returned,
// what it wrote survives kill -9 and a power cut; before that, nothing of it is
// there.
//
// An exported method is one transaction, as if no other were under way; an
// unexported helper that takes a txn is one statement. Both databases get the
// same words, with ? for values. A moment is kept as microseconds since
// 1970-01-01 UTC, and what is finer is cut off; a zero time is NULL. A day is
// kept as the number that adtally.Day is; date(day*86400, 'unixepoch') prints it.
//
// To add a table and its methods:
//
//  1. Write migrations/sqlite/NNNNN_name.sql and migrations/postgres/NNNNN_name.sql,
//     never change one that was released. INTEGER, TEXT, BLOB and INTEGER PRIMARY
//     KEY there are BIGINT, TEXT COLLATE "C", BYTEA and BIGINT GENERATED ALWAYS AS
//     IDENTITY PRIMARY KEY here; a test compares the two.
//  2. Read with db.query and write with db.exec, or with db.write where it takes
//     more than one statement; micros, moment and bit turn values. db.write may
//     carry its function out again.
//  3. ON CONFLICT (columns) names its columns. INSERT … ON CONFLICT DO NOTHING that
//     changed 0 rows found a row there; UPDATE … WHERE version = ? that changed 0
//     was too late. Return a Fault then: it undoes the transaction.
//  4. Where nothing says what type a ? has, say CAST(? AS BIGINT). ORDER BY says
//     NULLS FIRST or LAST. Text that may be long is in no index.
//  5. Test it by onBoth. A higher seq may be seen before a lower one on PostgreSQL:
//     who reads on from the last one seen must look back a little.
package store
