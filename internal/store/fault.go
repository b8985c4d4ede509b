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

func running(path string, err error) *adtally.Fault {
	return &adtally.Fault{
		Act: adtally.Configure, Code: "sync_running",
		Message: fmt.Sprintf("Another adtally is syncing with this state file, %s", path),
		Hint:    "Let it finish, or stop it; or name another state file and another warehouse.",
		Err:     err,
	}
}

// unwritable is the fault of a disk that takes no more; nil for other errors.
func unwritable(path string, err error) *adtally.Fault {
	switch codeOf(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY:
		return &adtally.Fault{
			Act: adtally.Configure, Code: "ledger_unwritable",
			Message: fmt.Sprintf("The state file %s cannot be written", path),
			Hint:    "Make room on the disk, and see that the file and its folder may be written.",
			Err:     err,
		}
	}
	return nil
}
