package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// asWriter makes the test binary a program that writes until it is killed.
const asWriter = "ADTALLY_TEST_WRITER"

func TestMain(m *testing.M) {
	if address := os.Getenv(asWriter); address != "" {
		write(address)
	}
	os.Exit(m.Run())
}

// write takes the lock and writes cursors forever; it prints each number only after it
// is stored.
func write(address string) {
	ctx := context.Background()
	db, err := store.Open(ctx, address)
	unlock := func() {}
	if err == nil {
		unlock, err = db.Lock(ctx)
	}
	for n := 1; err == nil; n++ {
		if err = db.SaveCursor(ctx, "s", slice, adtally.Cursor{Note: fmt.Append(nil, n)}); err == nil {
			fmt.Println(n)
		}
	}
	unlock() // never called; it keeps the lock from being garbage-collected
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// What was acknowledged survives kill −9, and the lock does not.
func TestStore_SurvivesKill(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		c := exec.CommandContext(t.Context(), os.Args[0])
		c.Env = append(os.Environ(), asWriter+"="+address)
		var said lines
		said.enough = make(chan struct{})
		c.Stdout = &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-said.enough:
		case <-time.After(30 * time.Second):
			t.Error("it writes nothing")
		}
		if _, err := open(t, address).Lock(ctx); adtally.FaultOf(err).Code != "sync_running" {
			t.Errorf("while it runs: %v", err)
		}
		if err := c.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		db := open(t, address)
		cursor, err := db.Cursor(ctx, "s", slice)
		if err != nil {
			t.Fatal(err)
		}
		if kept, acknowledged := number(cursor.Note), said.last(); kept < acknowledged {
			t.Errorf("the database holds %d, and %d was acknowledged", kept, acknowledged)
		}
		unlock, err := db.Lock(ctx)
		if err != nil {
			t.Fatalf("the lock outlived its owner: %v", err)
		}
		unlock()
	})
}

// lines collects the writer's output.
type lines struct {
	mu     sync.Mutex
	text   []byte
	enough chan struct{}
	once   sync.Once
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text = append(l.text, b...); bytes.Count(l.text, []byte("\n")) > 20 {
		l.once.Do(func() { close(l.enough) })
	}
	return len(b), nil
}

func (l *lines) last() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	whole := l.text[:bytes.LastIndexByte(l.text, '\n')+1]
	all := bytes.Fields(whole)
	return number(all[len(all)-1])
}

func number(text []byte) (n int) {
	_, _ = fmt.Sscan(string(text), &n)
	return n
}
