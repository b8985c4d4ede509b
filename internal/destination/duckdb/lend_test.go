//go:build linux

package duckdb_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally/internal/destination"
)

// Another process reads the file that is lent. Readers continue, loads wait, and a load that
// waits goes before the next loan.
func TestLend_LoadsWaitAndReadersContinue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w := open(t, path)
	if err := commitWide(w, "first", 0, 1, 100); err != nil {
		t.Fatal(err)
	}
	lender := w.(destination.Lender)
	lent, release, err := lender.Lend(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	start(t, "read", lent).expect("100")
	db, done, err := w.Query(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM d.wide").Scan(&n); err != nil || n != 100 {
		t.Errorf("a reader of this process got %d, %v", n, err)
	}
	done()

	loaded := make(chan error, 1)
	go func() { loaded <- commitWide(w, "second", 1, 1, 100) }()
	for refused := false; !refused; { // until the load waits
		short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, giveBack, err := lender.Lend(short)
		if refused = err != nil; !refused {
			giveBack()
		}
		stop()
	}
	if len(loaded) > 0 {
		t.Fatalf("the load did not wait: %v", <-loaded)
	}
	release()
	if err := <-loaded; err != nil {
		t.Fatal(err)
	}
}

// While one load follows another without a pause, another process gets its turn.
func TestLend_GetsATurnBetweenLoads(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "w.duckdb"))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for worker := range 2 {
		go func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := commitWide(w, fmt.Sprint(worker, "-", i), worker, 1, 10); err != nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
	}
	asking, end := context.WithTimeout(ctx, 20*time.Second)
	defer end()
	for range 3 {
		_, release, err := w.(destination.Lender).Lend(asking)
		if err != nil {
			t.Fatal(err)
		}
		release()
	}
	stop()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestModelled_ListsOursWithComments(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w := open(t, path)
	if err := commitWide(w, "first", 0, 1, 100); err != nil {
		t.Fatal(err)
	}
	all, err := w.(destination.Lender).Modelled(t.Context(), []string{"d", "none"})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Dataset != "d" || all[0].Name != "wide" || all[0].View || all[0].Description == "" {
		t.Fatalf("got %+v", all)
	}
	c := all[0].Columns[0]
	if c.Name != "account_id" || c.Type != "VARCHAR" || c.Unit != "count" || c.Additive != "none" || c.Description != "It is account_id." {
		t.Errorf("got %+v", c)
	}
	for _, c := range all[0].Columns {
		if strings.HasPrefix(c.Name, "_") {
			t.Errorf("the column %s of bookkeeping is listed", c.Name)
		}
	}
}
