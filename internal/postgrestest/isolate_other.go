//go:build !unix

package postgrestest

import (
	"errors"
	"os/exec"
)

// isolate always fails: there is no sh to run the supervisor.
func apart(*exec.Cmd, string) error {
	return errors.New("starting PostgreSQL needs a Unix-like system")
}
