package store

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"adtally"
)

// codeOf returns SQLite's primary result code, or 0.
func codeOf(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff // the higher bits are details
	}
	return 0
}

func unreadable(f file, err error) *adtally.Fault {
	return configure("database_unreadable", f.String()+" cannot be opened",
		"Use a file of adtally, or a new one, in an existing, writable folder.", err)
}

func (f file) mendable(err error) *adtally.Fault {
	switch codeOf(err) {
	case sqlite3.SQLITE_FULL:
		return adtally.DiskFull(f.String(), err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return configure("database_unwritable", f.String()+" cannot be written",
			"Free space on the disk, and check that the file and its folder are writable.", err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return configure("database_damaged", f.String()+" is damaged",
			"Move it away, with the files whose names start with its name. The next sync creates a new one from the warehouse.", err)
	case sqlite3.SQLITE_BUSY:
		return configure("database_busy", "another program keeps "+f.String()+" to itself",
			"Close the program that has it open.", err)
	}
	return nil
}
