//go:build unix

package store

import (
	"errors"
	"os"
	"sync"
	"syscall"
)

// take locks the file that it makes. The lock belongs to this opening of the
// file, so that it also keeps out a second claim of the same process, and no
// other closing of the file ends it, as it would end a lock of POSIX.
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
		return sync.OnceFunc(func() { _ = f.Close() }), nil // it holds nothing that was written
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errTaken
	}
	return nil, err
}
