package duckdb

import (
	"os"
	"path/filepath"
	"strings"
)

// scratch is the folder for what memory does not hold. It stands beside the
// file, where there is room for it, and is locked as long as it is used.
type scratch struct {
	path string
	lock *os.File
}

// scratchMark stands in the name of the folder.
const scratchMark = ".loading-"

// makeScratch makes the folder, and takes away those of programs that were
// killed. It is also the proof that the file's folder can be written, which
// DuckDB needs for its log.
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
			return scratch{path: made}, nil // a file system without locks
		} // else another program took it for one that was left
	}
}

// claim locks a folder, unless a program that lives has it or it is gone.
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

// remove takes the folder away; what cannot be removed is in nobody's way.
func (s scratch) remove() {
	_ = os.RemoveAll(s.path)
	if s.lock != nil {
		_ = s.lock.Close()
	}
}

var globWords = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

func escape(path string) string { return globWords.Replace(path) }
