//go:build linux

package duckdb_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"adtally"
)

// A child is another process of this test binary. The environment says what it does. It
// writes lines, and waits for a line after each.
const roleVariable, pathVariable = "ADTALLY_TEST_ROLE", "ADTALLY_TEST_PATH"

// roles are the programs that a child can run.
var roles = map[string]func(path string) error{
	"hold":      holdFile,
	"read":      readFile,
	"fill":      fillDisk,
	"nobody":    openAsNobody,
	"interrupt": loadUntilKilled,
}

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := roles[role](os.Getenv(pathVariable)); err != nil {
		say("error " + err.Error())
		os.Exit(1)
	}
	os.Exit(0)
}

// say sends a line to the parent.
func say(line string) { fmt.Println(strings.ReplaceAll(line, "\n", " ")) }

var fromParent = bufio.NewReader(os.Stdin)

// await waits for a line from the parent.
func await() { _, _ = fromParent.ReadString('\n') }

// faultLine encodes an error for the parent.
func faultLine(err error) string {
	if err == nil {
		return "done"
	}
	f := *adtally.FaultOf(err)
	f.Err = nil
	text, _ := json.Marshal(f)
	return "fault " + string(text)
}

type child struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	over bool
}

// start starts a child. It is killed at the end of the test at the latest.
func start(t *testing.T, role, path string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0])}
	c.cmd.Env = append(os.Environ(), roleVariable+"="+role, pathVariable+"="+path)
	c.cmd.Stderr = os.Stderr
	in, err := c.cmd.StdinPipe()
	out, err2 := c.cmd.StdoutPipe()
	if err := errors.Join(err, err2, c.cmd.Start()); err != nil {
		t.Fatal(err)
	}
	c.in, c.out = in, bufio.NewScanner(out)
	t.Cleanup(c.kill)
	return c
}

// line returns the child's next line, or "" at the end.
func (c *child) line() string {
	c.t.Helper()
	if !c.out.Scan() {
		return ""
	}
	if text, bad := strings.CutPrefix(c.out.Text(), "error "); bad {
		c.t.Fatalf("the child wrote: %s", text)
	}
	return c.out.Text()
}

// expect waits for a line and compares it.
func (c *child) expect(want string) {
	c.t.Helper()
	if got := c.line(); got != want {
		c.t.Fatalf("the child wrote %q, want %q", got, want)
	}
}

// asFault decodes a line of faultLine.
func asFault(t *testing.T, line string) (f adtally.Fault) {
	t.Helper()
	text, ok := strings.CutPrefix(line, "fault ")
	if err := json.Unmarshal([]byte(text), &f); !ok || err != nil {
		t.Fatalf("the child wrote %q, want a fault", line)
	}
	return f
}

// goOn lets the child continue.
func (c *child) goOn() { _, _ = io.WriteString(c.in, "\n") }

// kill kills the child.
func (c *child) kill() {
	if !c.over {
		c.over = true
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
}

// end waits until the child exits.
func (c *child) end() {
	c.t.Helper()
	if c.over = true; c.cmd.Wait() != nil {
		c.t.Fatal("the child failed")
	}
}

// holdFile is a person's DuckDB that keeps the file open.
func holdFile(path string) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	if err := db.PingContext(context.Background()); err != nil {
		return err
	}
	say("held")
	await()
	if err := db.Close(); err != nil {
		return err
	}
	say("released")
	await()
	return nil
}

// readFile is a person's DuckDB that counts rows again and again.
func readFile(path string) error {
	for {
		n, err := countRows(path + "?access_mode=read_only")
		if err != nil {
			say("refused")
		} else {
			say(fmt.Sprint(n))
		}
		await()
	}
}

func countRows(path string) (n int, err error) {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(context.Background(), "SELECT count(*) FROM d.wide").Scan(&n)
	return n, err
}
