package store

import "errors"

// Hold keeps a file to whoever calls it first, and makes it where it is missing;
// held is false where another has it. The operating system ends the hold with the
// process, however that dies.
func Hold(name string) (release func(), held bool, err error) {
	release, err = take(name)
	if errors.Is(err, errTaken) {
		return nil, false, nil
	}
	return release, err == nil, err
}
