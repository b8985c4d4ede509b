package postgrestest_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"adtally/internal/postgrestest"
)

// asOwner makes the test binary start a server and then end in the way that the variable names.
const asOwner = "POSTGRESTEST_END"

func TestMain(m *testing.M) {
	if end := os.Getenv(asOwner); end != "" {
		own(end)
	}
	os.Exit(m.Run())
}

// owner is a testing.TB for a process that is not a test; it only needs the address.
type owner struct{ testing.TB }

func (owner) Helper()        {}
func (owner) Cleanup(func()) {}

func own(end string) {
	fmt.Println(postgrestest.Start(owner{}))
	switch end {
	case "panic":
		panic("a test panics")
	case "exit":
		os.Exit(0)
	}
	select {} // until it is killed
}

func TestStart_ServerEndsWithItsProcess(t *testing.T) {
	t.Parallel()
	postgrestest.Start(t) // skips the test if PostgreSQL is missing
	for _, end := range []string{"panic", "exit", "kill"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			address, temp := ended(t, end)
			for deadline := time.Now().Add(30 * time.Second); ; {
				c, err := pgx.Connect(t.Context(), address)
				if err == nil {
					_ = c.Close(t.Context())
				}
				left, _ := os.ReadDir(temp)
				if errors.Is(err, syscall.ECONNREFUSED) && len(left) == 0 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("the server: %v; its files: %v", err, left)
				}
				<-time.After(20 * time.Millisecond)
			}
		})
	}
}

// ended returns the address of a server whose owner has ended, and the folder of its files.
func ended(t *testing.T, end string) (address, temp string) {
	t.Helper()
	temp = open(t)
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), asOwner+"="+end, "TMPDIR="+temp)
	said, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, _, err := bufio.NewReader(said).ReadLine()
	if err != nil {
		t.Fatal(err)
	}
	if end == "kill" {
		_ = c.Process.Kill()
	}
	_ = c.Wait() // always fails
	return string(line), temp
}

// open returns a new folder that the server's user can enter; the tests' own folders are
// closed to other users.
func open(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "ended-")
	if err == nil {
		t.Cleanup(func() { _ = os.RemoveAll(folder) })
		err = os.Chmod(folder, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
