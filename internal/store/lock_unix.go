//go:build unix

package store

import (
	"errors"
	"os"
	"sync"
	"syscall"
)

// take creates and locks a file. flock belongs to this open file: it also excludes a
// second lock in the same process, and closing the file elsewhere does not release it,
// as it would release a POSIX lock.
func take(name string) (release func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return sync.OnceFunc(func() { _ = f.Close() }), nil // nothing was written
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errTaken
	}
	return nil, err
}
