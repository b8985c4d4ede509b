package postgrestest

import (
	"bufio"
	"cmp"
	"crypto/rand"
	_ "embed" // supervisor.sh
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// server is a running PostgreSQL server.
type server struct {
	port     int
	password string
	// alive is the writing end of a pipe. When this process ends, the operating system closes
	// it, and the supervisor stops the server.
	alive io.WriteCloser
}

// tester is the name of the tests' database user.
const tester = "tester"

func (s *server) address(database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(tester, s.password), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: database}
	return u.String()
}

// installed returns the folder of the newest initdb and postgres, or "". Debian does not
// put them into PATH.
func installed() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(major(a), major(b)) }))
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return ""
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return ""
	}
	return filepath.Dir(path)
}

// major returns the version in a path such as /usr/lib/postgresql/15/bin/initdb; 0 if
// there is none.
func major(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// ports is how many free ports are tried: another program may take a port between finding
// and using it.
const ports = 5

func launch() (s *server, err error) {
	for range ports {
		if s, err = try(); !errors.Is(err, errPort) {
			break
		}
	}
	return s, err
}

func try() (*server, error) {
	dir, err := os.MkdirTemp("", "postgrestest-")
	if err != nil {
		return nil, err
	}
	s := &server{password: rand.Text()}
	if s.port, err = freePort(); err == nil {
		err = os.WriteFile(filepath.Join(dir, "password"), []byte(s.password+"\n"), 0o600)
	}
	if err == nil {
		err = s.start(dir)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// supervisor creates the server, runs it, and removes it. It is a separate process, so
// that it outlives the tests.
//
//go:embed supervisor.sh
var supervisor string

func (s *server) start(dir string) error {
	c := exec.Command("sh", "-c", supervisor, "supervisor", installed(), dir, strconv.Itoa(s.port), tester) //nolint:noctx,gosec // it lives as long as this process, and none of its arguments come from outside
	c.Dir, c.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	if err := isolate(c, dir); err != nil {
		return err
	}
	alive, err := c.StdinPipe()
	if err != nil {
		return err
	}
	said, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		return err
	}
	s.alive = alive
	return ready(c, said)
}

var errPort = errors.New("the port is in use")

// ready waits until the server accepts connections. After that, its output is still read
// and discarded, or the server would block.
func ready(c *exec.Cmd, said io.Reader) error {
	var all strings.Builder
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return nil
		}
		all.WriteString("\n" + lines.Text())
	}
	err := errors.Join(lines.Err(), c.Wait())
	if strings.Contains(all.String(), "could not bind") {
		err = errPort
	}
	return fmt.Errorf("the server exited: %w%s", err, all.String())
}
