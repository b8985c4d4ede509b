//go:build !linux

package ask

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// Supported reports whether this system can bound a child process.
const Supported = false

func bind(time.Duration, belts) error { return errors.ErrUnsupported }

func own(*exec.Cmd) {}

func kill(c *exec.Cmd) error { return c.Process.Kill() }

const cpuSignal = syscall.SIGKILL
