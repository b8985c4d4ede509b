package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"adtally"
	"adtally/internal/store"
)

// asWriter makes the test binary a program that writes until it is killed.
const asWriter = "ADTALLY_TEST_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(asWriter); path != "" {
		write(path)
	}
	os.Exit(m.Run())
}

// write takes the lock and writes cursors for ever; it says each number only
// when the ledger has it.
func write(path string) {
	ctx := context.Background()
	db, err := store.Open(ctx, path)
	unlock := func() {}
	if err == nil {
		unlock, err = db.Lock(ctx)
	}
	for n := 1; err == nil; n++ {
		if err = db.SaveCursor(ctx, "s", slice, adtally.Cursor{Note: fmt.Append(nil, n)}); err == nil {
			fmt.Println(n)
		}
	}
	unlock() // never, but a lock that nobody holds on to might be let go
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

var (
	ctx    = context.Background()
	slice  = adtally.Slice{Stream: "basic_ad", Account: "7", Window: adtally.Window{From: 20000, To: 20031}}
	moment = time.Date(2026, 6, 2, 10, 0, 0, 123456000, time.UTC)
)

func open(t *testing.T, path string) *store.DB {
	t.Helper()
	db, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func ledger(t *testing.T) string { return filepath.Join(t.TempDir(), "x.state") }

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestCheckpointsAreKeptAndTheCursorOfTheirSliceForgotten(t *testing.T) { // R5
	t.Parallel()
	path := ledger(t)
	db := open(t, path)
	other := adtally.Slice{Stream: "ads", Account: "7"}
	for _, s := range []adtally.Slice{slice, other} {
		if err := db.SaveCursor(ctx, "s", s, adtally.Cursor{Asked: moment, Note: []byte("job of " + s.String())}); err != nil {
			t.Fatal(err)
		}
	}
	cps := []adtally.Checkpoint{{Table: "basic_ad", Account: "7", Window: slice.Window, Asked: moment, Load: "l"},
		{Table: "basic_ad_actions", Account: "7", Window: slice.Window, Asked: moment, Load: "l"}}
	if err := db.SaveCheckpoints(ctx, "s", slice, cps); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path)
	got, err := db.Checkpoints(ctx, "s", "7")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "checkpoints", got, cps)
	gone, err := db.Cursor(ctx, "s", slice)
	if err != nil || !gone.Asked.IsZero() || gone.Note != nil {
		t.Errorf("the slice's cursor: %+v, %v", gone, err)
	}
	left, err := db.Cursor(ctx, "s", other)
	if err != nil || string(left.Note) != "job of "+other.String() || !left.Asked.Equal(moment) {
		t.Errorf("another slice's cursor: %+v, %v", left, err)
	}
}

func TestTheLedgerAdoptsWhatTheWarehouseSays(t *testing.T) { // R35
	t.Parallel()
	db := open(t, ledger(t))
	mine := adtally.Checkpoint{Table: "basic_ad", Account: "7", Window: slice.Window, Asked: moment, Load: "old"}
	if err := db.SaveCheckpoints(ctx, "s", slice, []adtally.Checkpoint{mine}); err != nil {
		t.Fatal(err)
	}
	truth := []adtally.Checkpoint{{Table: "ads", Account: "7", Asked: moment, Load: "a"},
		{Table: "basic_ad", Account: "7", Window: adtally.Window{From: 20010, To: 20012}, Asked: moment.Add(time.Hour), Load: "b"}}
	if err := db.AdoptCheckpoints(ctx, "s", "7", truth); err != nil {
		t.Fatal(err)
	}
	got, err := db.Checkpoints(ctx, "s", "7")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "checkpoints", got, truth)
}

func TestARunIsFoundAgainByItsCommand(t *testing.T) { // R5
	t.Parallel()
	db := open(t, ledger(t))
	for _, r := range []adtally.Run{
		{ID: "1", Source: "s", Wanted: "all", Started: moment, State: adtally.Running},
		{ID: "2", Source: "s", Wanted: "all", Started: moment.Add(-time.Hour), State: adtally.Running},
		{ID: "3", Source: "s", Wanted: "less", Started: moment, State: adtally.Running},
	} {
		if err := db.BeginRun(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.EndRun(ctx, "2", adtally.Failed, moment, "no room"); err != nil {
		t.Fatal(err)
	}
	got, found, err := db.LastRun(ctx, "s", "all")
	if err != nil || !found {
		t.Fatal(found, err)
	}
	same(t, "the run begun last", got, adtally.Run{ID: "2", Source: "s", Wanted: "all", Started: moment.Add(-time.Hour), Ended: moment, State: adtally.Failed, Error: "no room"})
	if _, found, err := db.LastRun(ctx, "s", "more"); found || err != nil {
		t.Errorf("a run that never was: %t, %v", found, err)
	}
	if err := db.EndRun(ctx, "9", adtally.Finished, moment, ""); err == nil {
		t.Error("a run that never began was ended")
	}
}

func TestStepsAndOutcomesAreKept(t *testing.T) { // R19
	t.Parallel()
	db := open(t, ledger(t))
	step := adtally.Step{Run: "1", Account: adtally.Account{ID: "7", Name: "قهوة ☕", Currency: "JPY", Zone: "Asia/Tokyo", Status: "ACTIVE"}}
	outcome := adtally.Outcome{Slice: slice, Rows: 12, Started: moment, Ended: moment.Add(time.Second),
		Fault: &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "Too much", Hint: "Wait.", Until: moment.Add(time.Hour)}}
	for _, err := range []error{
		db.BeginRun(ctx, adtally.Run{ID: "1", Source: "s", Wanted: "all", Started: moment, State: adtally.Running}),
		db.BeginStep(ctx, step, moment), db.SaveOutcome(ctx, "1", outcome), db.EndStep(ctx, step, adtally.Finished, moment.Add(time.Minute)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	steps, err := db.Steps(ctx, "1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "steps", steps, []store.StepRecord{{Step: step, State: adtally.Finished, Started: moment, Ended: moment.Add(time.Minute)}})
	outcomes, err := db.Outcomes(ctx, "1")
	if err != nil || len(outcomes) != 1 {
		t.Fatal(outcomes, err)
	}
	f := outcomes[0].Fault
	if outcomes[0].Slice != slice || outcomes[0].Rows != 12 || f == nil || f.Code != "throttled" || f.Act != adtally.Wait || !f.Until.Equal(moment.Add(time.Hour)) {
		t.Errorf("outcome: %+v, %+v", outcomes[0], f)
	}
}

func TestOneSyncAtATime(t *testing.T) {
	t.Parallel()
	path := ledger(t)
	unlock, err := open(t, path).Lock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, path).Lock(ctx); adtally.FaultOf(err).Code != "sync_running" {
		t.Errorf("a second sync: %v", err)
	}
	unlock()
	again, err := open(t, path).Lock(ctx)
	if err != nil {
		t.Fatalf("after the first: %v", err)
	}
	again()
}

// PAINS #14: what was acknowledged survives kill −9, and the lock does not.
func TestKilledItKeepsWhatItSaid(t *testing.T) {
	t.Parallel()
	path := ledger(t)
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), asWriter+"="+path)
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
	if _, err := open(t, path).Lock(ctx); adtally.FaultOf(err).Code != "sync_running" {
		t.Errorf("while it runs: %v", err)
	}
	if err := c.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	db := open(t, path)
	cursor, err := db.Cursor(ctx, "s", slice)
	if err != nil {
		t.Fatal(err)
	}
	if kept, acknowledged := number(cursor.Note), said.last(); kept < acknowledged {
		t.Errorf("the ledger holds %d, and %d was acknowledged", kept, acknowledged)
	}
	unlock, err := db.Lock(ctx)
	if err != nil {
		t.Fatalf("the lock outlived its owner: %v", err)
	}
	unlock()
}

// lines collects what the writer says.
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

func TestANewerLedgerAndAStrangersFileAreRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	newer := ledger(t)
	if err := open(t, newer).Close(); err != nil {
		t.Fatal(err)
	}
	alter(t, newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	stranger, text := ledger(t), ledger(t)
	alter(t, stranger, "CREATE TABLE theirs (x)")
	if err := os.WriteFile(text, []byte("no database, this is a diary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]string{newer: "ledger_newer", stranger: "ledger_unreadable", text: "ledger_unreadable", filepath.Join(t.TempDir(), "no", "such"): "ledger_unreadable"} {
		before, _ := os.ReadFile(path)
		db, err := store.Open(ctx, path)
		if err == nil {
			_ = db.Close()
		}
		f := adtally.FaultOf(err)
		if err == nil || f.Code != code || f.Hint == "" || f.Act != adtally.Configure {
			t.Errorf("%s: %v", code, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s: the file was changed", code)
		}
	}
}

func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(ctx, statement)
	if err = errorsOf(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func errorsOf(all ...error) error {
	if i := slices.IndexFunc(all, func(err error) bool { return err != nil }); i >= 0 {
		return all[i]
	}
	return nil
}

func TestNobodyElseMayReadIt(t *testing.T) {
	t.Parallel()
	path := ledger(t)
	open(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestManyMayWriteAtOnce(t *testing.T) {
	t.Parallel()
	db := open(t, ledger(t))
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 10 {
				s := adtally.Slice{Stream: fmt.Sprint("s", n), Account: "7", Window: adtally.Window{From: adtally.Day(20000 + i), To: adtally.Day(20001 + i)}}
				if err := db.SaveCheckpoints(ctx, "s", s, []adtally.Checkpoint{{Table: s.Stream, Account: "7", Window: s.Window, Asked: moment, Load: "l"}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if all, err := db.Checkpoints(ctx, "s", "7"); err != nil || len(all) != 80 {
		t.Errorf("%d checkpoints, %v", len(all), err)
	}
}
