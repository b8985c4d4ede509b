package facebookads_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"adtally/internal/connector/facebookads"
)

var update = flag.Bool("update", false, "rewrite the tables of doc.md")

const (
	begin = "<!-- %s: written by go test -update -->\n"
	end   = "<!-- end of %s -->\n"
)

// The tables in doc.md are generated from the code.
func TestDoc_TablesMatchCode(t *testing.T) {
	raw, err := os.ReadFile("doc.md")
	if err != nil {
		t.Fatal(err)
	}
	want := string(raw)
	for name, table := range map[string]string{"errors": errorTable(), "versions": versionTable(), "credentials": credentialTable()} {
		before, rest, found := strings.Cut(want, fmt.Sprintf(begin, name))
		_, after, ended := strings.Cut(rest, fmt.Sprintf(end, name))
		if !found || !ended {
			t.Fatalf("doc.md has no place for %s", name)
		}
		want = before + fmt.Sprintf(begin, name) + table + fmt.Sprintf(end, name) + after
	}
	if *update {
		if err := os.WriteFile("doc.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(raw) {
		t.Error("doc.md is out of date: run go test ./internal/connector/facebookads -run TestDoc_ -update")
	}
}

// errorTable has one row per class with the codes that lead to it, sorted by who acts.
func errorTable() string {
	codes := map[string][]string{}
	for _, r := range rowsOf() {
		if c := codeText(r); !slices.Contains(codes[r.Class], c) {
			codes[r.Class] = append(codes[r.Class], c)
		}
	}
	var rows []string
	for class, c := range facebookads.Cures() {
		rows = append(rows, fmt.Sprintf("| %s | `%s` | %s | %s |\n", c.Act, class, c.Message, strings.Join(codes[class], " · ")))
	}
	slices.Sort(rows)
	return "| act | class | what it means | Meta's code/subcode |\n|---|---|---|---|\n" + strings.Join(rows, "")
}

// credentialTable has a heading per credential fault, for help links.
func credentialTable() string {
	var b strings.Builder
	for _, c := range facebookads.New(facebookads.Config{}).Spec().Faults {
		fmt.Fprintf(&b, "#### %s\n\n%s. %s %s\n\n", c.Help, c.Message, c.Hint, c.Act.Interval())
	}
	return b.String()
}

// codeText describes the errors that match a rule.
func codeText(r facebookads.Row) string {
	code := fmt.Sprint(r.Code)
	switch {
	case r.To > r.Code:
		code = fmt.Sprintf("%d to %d", r.Code, r.To)
	case !r.Coded:
		code = "any"
	}
	if r.Subcode != 0 {
		code += fmt.Sprintf("/%d", r.Subcode)
	}
	if r.Status != 0 {
		code += fmt.Sprintf(", status %d", r.Status)
	}
	if r.Text != "" {
		code += fmt.Sprintf(" “%s”", r.Text)
	}
	return code
}

func versionTable() string {
	b := &strings.Builder{}
	b.WriteString("| version | released | ends | note |\n|---|---|---|---|\n")
	for _, r := range facebookads.Releases() {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", r.Version, r.Begins, r.Ends, r.Note)
	}
	return b.String()
}
