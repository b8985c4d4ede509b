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

// asOwner makes the test binary a process that starts a server and comes to the
// end that the variable names.
const asOwner = "POSTGRESTEST_END"

func TestMain(m *testing.M) {
	if end := os.Getenv(asOwner); end != "" {
		own(end)
	}
	os.Exit(m.Run())
}

// owner stands for a test: only the address is wanted, and it ends otherwise.
type owner struct{ testing.TB }

func (owner) Helper()        {}
func (owner) Cleanup(func()) {}

func own(end string) {
	fmt.Println(postgrestest.Start(owner{}))
	switch end {
	case "panic":
		panic("as a test may")
	case "exit":
		os.Exit(0)
	}
	select {} // until it is killed
}

func TestTheServerEndsWithItsProcess(t *testing.T) {
	t.Parallel()
	postgrestest.Start(t) // or the test is skipped
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

// ended is the address of a server whose owner came to an end, and where its
// files were.
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
	_ = c.Wait() // it ends badly, as it should
	return string(line), temp
}

// open is a new folder that the user may enter as whom a server runs: the tests'
// own are closed to others.
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
