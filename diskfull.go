package adtally

import (
	"errors"
	"syscall"
)

// CodeDiskFull is the code of the fault that DiskFull returns.
const CodeDiskFull = "disk_full"

// DiskFull returns the fault for a write that failed because a disk is full.
func DiskFull(what string, err error) *Fault {
	return &Fault{Act: Configure, Code: CodeDiskFull, Message: "The disk of " + what + " is full",
		Hint: "Free some space or enlarge the disk. What could not be written was discarded; the next sync reads it again.", Err: err}
}

// isDiskFull reports whether err means that the disk is full or that the user's quota is used up.
func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
