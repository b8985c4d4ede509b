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
		"Name a file of adtally's own, or a new one, in a folder that exists and may be written.", err)
}

func (f file) mendable(err error) *adtally.Fault {
	switch codeOf(err) {
	case sqlite3.SQLITE_FULL:
		return adtally.DiskFull(f.String(), err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return configure("database_unwritable", f.String()+" cannot be written",
			"Make room on the disk, and see that the file and its folder may be written.", err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return configure("database_damaged", f.String()+" is damaged",
			"Move it away, with the files beside it whose names begin like its own. The next sync makes a new one from what the warehouse holds.", err)
	case sqlite3.SQLITE_BUSY:
		return configure("database_busy", "another program keeps "+f.String()+" to itself",
			"Close the program that has it open.", err)
	}
	return nil
}
