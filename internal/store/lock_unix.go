//go:build unix

package store

import (
	"errors"
	"os"
	"sync"
	"syscall"
)

// take creates and locks the file with flock. The lock belongs to this open file: it also
// excludes a second lock by the same process, and, unlike a POSIX lock, closing another
// handle of the file does not end it.
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
		return sync.OnceFunc(func() { _ = f.Close() }), nil // nothing was written to it
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errTaken
	}
	return nil, err
}
