//go:build !unix

package postgrestest

import (
	"errors"
	"os/exec"
)

// apart: there is no sh to keep the server.
func apart(*exec.Cmd, string) error { return errors.New("this needs a system like Unix") }
