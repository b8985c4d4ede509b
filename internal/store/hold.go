package store

import "errors"

// Hold locks a file, and creates it if necessary. held is false if another process has the
// lock. The operating system releases the lock when the process ends.
func Hold(name string) (release func(), held bool, err error) {
	release, err = take(name)
	if errors.Is(err, errTaken) {
		return nil, false, nil
	}
	return release, err == nil, err
}
