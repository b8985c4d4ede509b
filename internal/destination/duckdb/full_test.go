//go:build linux

package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
	"adtally/internal/table"
)

var wideTable = wide()

// wideLoad returns a load of several days from day n on.
func wideLoad(id string, n, days int) (destination.Load, adtally.Window) {
	from, _ := adtally.ParseDay("2022-01-01")
	window := adtally.Window{From: from + adtally.Day(n), To: from + adtally.Day(n+days)}
	return destination.Load{ID: id, Dataset: "d", Tables: []*table.Schema{wideTable}, Asked: time.Now, Now: time.Now,
		Slice: adtally.Slice{Stream: "wide", Account: "1", Window: window}}, window
}

func commitWide(w destination.Writer, id string, n, days, ads int) error {
	load, window := wideLoad(id, n, days)
	_, err := w.Commit(context.Background(), load, wideRows(wideTable, window, ads))
	return err
}

func rowsNow(w destination.Writer) (n int, err error) {
	db, done, err := w.Query(context.Background())
	if err != nil {
		return 0, err
	}
	defer done()
	err = db.QueryRowContext(context.Background(), "SELECT count(*) FROM d.wide").Scan(&n)
	return n, err
}

// fullAt are the limits on the size of files, and fullWith the numbers of ads. Together
// they make the disk full at different times: while rows are spilled, written to the file
// or to its log, and when the file is detached.
var (
	fullAt   = []uint64{4 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 32 << 20}
	fullWith = []int{20, 300, 4000}
)

// fillDisk loads while no file may grow beyond a limit, as on a full disk. It reports the
// result and the number of rows.
func fillDisk(path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	w, err := duckdb.New(duckdb.Options{LockTimeout: time.Second}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if err != nil {
		return err
	}
	if err := commitWide(w, "before", 0, 4, 1000); err != nil {
		return err
	}
	for _, size := range fullAt {
		for _, ads := range fullWith {
			if err := limit(size); err != nil {
				return err
			}
			full := commitWide(w, "full", 2, 3, ads)
			if err := limit(unlimited); err != nil {
				return err
			}
			say(faultLine(full))
			n, err := rowsNow(w)
			if err != nil {
				return err
			}
			say(fmt.Sprint(n))
		}
	}
	return errors.Join(commitWide(w, "space again", 2, 3, 700), w.Close())
}

const unlimited = ^uint64(0)

func limit(size uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: unlimited})
}

// A load to a full disk is written completely or not at all, and fails with a fault. The
// next load succeeds when there is space.
func TestCommit_FullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	c := start(t, "fill", path)
	rows, refused, accepted := "4000", map[int]bool{}, map[int]bool{}
	for _, size := range fullAt {
		for _, ads := range fullWith {
			if line := c.line(); line == "done" {
				rows, accepted[ads] = fmt.Sprint(2*1000+3*ads), true
			} else if f := asFault(t, line); f.Act != adtally.Configure || f.Code != "disk_full" || f.Hint == "" {
				t.Errorf("%d ads, limit of %d bytes: %+v", ads, size, f)
			} else {
				refused[ads] = true
			}
			c.expect(rows)
		}
	}
	c.end()
	for _, ads := range fullWith {
		if !refused[ads] || !accepted[ads] {
			t.Errorf("%d ads: rejected %v, accepted %v: these limits prove nothing", ads, refused[ads], accepted[ads])
		}
	}
	if n, err := countRows(path); err != nil || n != 2*1000+3*700 {
		t.Errorf("afterwards the file has %d rows, %v", n, err)
	}
}

func TestCommit_FullFileSystem(t *testing.T) {
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=3m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(small, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	w := open(t, filepath.Join(small, "w.duckdb"))
	if err := commitWide(w, "before", 0, 2, 100); err != nil {
		t.Fatal(err)
	}
	err := commitWide(w, "too much", 1, 20, 2000)
	if f := adtally.FaultOf(err); f == nil || f.Code != "disk_full" || f.Act != adtally.Configure {
		t.Errorf("got %v", err)
	}
	if n, err := rowsNow(w); err != nil || n != 200 {
		t.Errorf("%d rows are left of 200, %v", n, err)
	}
	if err := syscall.Mount("tmpfs", small, "tmpfs", syscall.MS_REMOUNT, "size=60m"); err != nil {
		t.Fatal(err)
	}
	if err := commitWide(w, "fits now", 1, 20, 2000); err != nil {
		t.Error(err)
	}
}
