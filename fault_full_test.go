package adtally_test

import (
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"adtally"
)

// A person must free disk space, whatever was being written.
func TestFaultOf_DiskFull(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"bare":   syscall.ENOSPC,
		"a file": fmt.Errorf("keep a picture: %w", &fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}),
		"quota":  fmt.Errorf("spill rows: %w", syscall.EDQUOT),
	} {
		if f := adtally.FaultOf(err); f.Code != adtally.CodeDiskFull || f.Act != adtally.Configure || f.Hint == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := adtally.FaultOf(syscall.EIO); f.Act != adtally.Bug {
		t.Errorf("a disk that is broken: %+v", f)
	}
}
