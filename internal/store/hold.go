package store

import "errors"

// Hold locks a file for the first caller, and creates it if it is missing; held is
// false if another process holds it. The operating system releases the lock when the
// process ends, in any way.
func Hold(name string) (release func(), held bool, err error) {
	release, err = take(name)
	if errors.Is(err, errTaken) {
		return nil, false, nil
	}
	return release, err == nil, err
}
