package adtally

import (
	"errors"
	"syscall"
)

// CodeDiskFull is the code of a fault that says that a disk has no room left.
const CodeDiskFull = "disk_full"

// DiskFull is the fault of something that could not be written for want of room. Only
// a person can make some.
func DiskFull(what string, err error) *Fault {
	return &Fault{Act: Configure, Code: CodeDiskFull, Message: "The disk of " + what + " is full",
		Hint: "Make room on it, or give it more; nothing of what could not be written was kept, and it is read again by itself.", Err: err}
}

// roomless says that the system had no room for what was written, or allows its user
// no more.
func roomless(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
