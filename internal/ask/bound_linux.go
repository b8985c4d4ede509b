package ask

import (
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// Supported reports whether this system can bound a child process.
const Supported = true

// maxData bounds what a child may allocate. DuckDB counts only its buffers: without this limit,
// functions on lists took 5.6 GB at a memory_limit of 256 MB.
const maxData = 1 << 30

// bind sets the limits of this process, which must not have opened DuckDB yet.
func bind(timeout time.Duration, b belts) error {
	seconds := uint64((timeout + Grace) / time.Second) //nolint:gosec // positive
	limits := map[int]uint64{syscall.RLIMIT_DATA: maxData, syscall.RLIMIT_CPU: seconds + 1, syscall.RLIMIT_CORE: 0}
	if b.noWrites {
		limits[syscall.RLIMIT_FSIZE] = 0
	}
	for what, limit := range limits {
		if err := syscall.Setrlimit(what, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("limit the process: %w", err)
		}
	}
	return nil
}

// own puts a child into a group of its own, which ends with its parent.
func own(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// cpuSignal ends a process that has used up its time on the processor.
const cpuSignal = syscall.SIGXCPU

// kill ends a child and everything that it started.
func kill(c *exec.Cmd) error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
