package duckdb

import (
	"os"
	"path/filepath"
	"strings"
)

// scratch is a folder next to the file, for rows that do not fit in memory. It is locked
// while it is used.
type scratch struct {
	path string
	lock *os.File
}

// scratchMark is part of the folder's name.
const scratchMark = ".loading-"

// makeScratch creates the folder and removes those of killed programs. It also proves that
// the file's folder can be written, which DuckDB needs for its log.
func makeScratch(path string) (scratch, error) {
	left, err := filepath.Glob(escape(path) + scratchMark + "*")
	if err != nil {
		return scratch{}, err
	}
	for _, old := range left {
		if s, ok := claim(old); ok {
			s.remove()
		}
	}
	for {
		made, err := os.MkdirTemp(filepath.Dir(path), filepath.Base(path)+scratchMark+"*")
		if err != nil {
			return scratch{}, err
		}
		if s, ok := claim(made); ok {
			return s, nil
		}
		if _, err := os.Stat(made); err == nil {
			return scratch{path: made}, nil // the file system has no locks
		} // another program took it for an abandoned one; try again
	}
}

// claim locks a folder, unless it is gone or a running program has it.
func claim(path string) (scratch, bool) {
	lock, err := take(path)
	if err != nil {
		return scratch{}, false
	}
	s := scratch{path: path, lock: lock}
	if lock == nil {
		return s, true
	}
	there, err := os.Stat(path)
	if mine, err2 := lock.Stat(); err == nil && err2 == nil && os.SameFile(there, mine) {
		return s, true
	}
	_ = lock.Close()
	return scratch{}, false
}

// remove removes the folder. A failure does no harm.
func (s scratch) remove() {
	_ = os.RemoveAll(s.path)
	if s.lock != nil {
		_ = s.lock.Close()
	}
}

var globWords = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

func escape(path string) string { return globWords.Replace(path) }
