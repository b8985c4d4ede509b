package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"adtally"
)

// codeOf is SQLite's primary result code, 0 where err is not SQLite's.
func codeOf(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff // the higher bits only refine it
	}
	return 0
}

func unreadable(path string, err error) *adtally.Fault {
	return &adtally.Fault{
		Act: adtally.Configure, Code: "ledger_unreadable",
		Message: fmt.Sprintf("The state file %s cannot be opened", path),
		Hint:    "Name a file of adtally's own, or a new one, in a folder that exists and may be written.",
		Err:     err,
	}
}

func newer(path string, found, known int64) *adtally.Fault {
	return &adtally.Fault{
		Act: adtally.Configure, Code: "ledger_newer",
		Message: fmt.Sprintf("The state file %s was written by a newer adtally (version %d of the file; this program knows %d)", path, found, known),
		Hint:    "Use the newer adtally, or name another state file.",
	}
}

const codeRunning = "sync_running"

func running(path string) *adtally.Fault {
	return &adtally.Fault{
		Act: adtally.Configure, Code: codeRunning,
		Message: fmt.Sprintf("Another adtally is syncing with this state file, %s", path),
		Hint:    "Let it finish, or stop it; or name another state file and another warehouse.",
	}
}

// mendable is the fault of a file that a person can mend; nil for other errors.
func mendable(path string, err error) *adtally.Fault {
	switch codeOf(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return &adtally.Fault{
			Act: adtally.Configure, Code: "ledger_unwritable",
			Message: fmt.Sprintf("The state file %s cannot be written", path),
			Hint:    "Make room on the disk, and see that the file and its folder may be written.",
			Err:     err,
		}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &adtally.Fault{
			Act: adtally.Configure, Code: "ledger_damaged",
			Message: fmt.Sprintf("The state file %s is damaged", path),
			Hint:    "Move it away, with the files beside it whose names begin like its own. The next sync makes a new one from what the warehouse holds.",
			Err:     err,
		}
	case sqlite3.SQLITE_BUSY:
		return &adtally.Fault{
			Act: adtally.Configure, Code: "ledger_busy",
			Message: fmt.Sprintf("Another program keeps the state file %s to itself", path),
			Hint:    "Close the program that has it open.",
			Err:     err,
		}
	}
	return nil
}
