package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"

	"adtally/internal/connector/facebookads"
)

// longestAnswer limits the input: errors of the Graph API are below 10 kB.
const longestAnswer = 64 << 20

const nameAFile = "Name a file that holds the body of an answer."

type explainCommand struct {
	File   string   `arg:"" optional:"" help:"A file with the response body. Default: standard input."`
	Status int      `help:"HTTP status of the response. Default: decide by the body alone." default:"0" placeholder:"400"`
	Header []string `help:"A response header, \"Name: value\"; may be repeated. Usage headers say how long to wait." sep:"none" placeholder:"HEADER"`
	JSON   bool     `help:"Print one JSON object." name:"json"`
}

func (c *explainCommand) Run(_ context.Context, p *program) error {
	header, err := c.headers()
	if err != nil {
		return err
	}
	body, err := c.body(p)
	if err != nil {
		return err
	}
	x, err := facebookads.Explain(c.Status, header, body)
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(p.out)
		e.SetEscapeHTML(false) // Meta's texts contain URLs and tags
		return e.Encode(x)
	}
	return printExplanation(p, x)
}

func (c *explainCommand) headers() (http.Header, error) {
	h := http.Header{}
	for _, line := range c.Header {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, wrong("no_header", "Write the header as \"Name: value\".", "%q is not a header", line)
		}
		h.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return h, nil
}

func (c *explainCommand) body(p *program) ([]byte, error) {
	var from io.Reader = p.in
	if c.File != "" && c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, wrong("no_file", nameAFile, "%s cannot be read: %w", c.File, err)
		}
		defer f.Close()
		from = f
	}
	body, err := io.ReadAll(io.LimitReader(from, longestAnswer))
	if err != nil {
		return nil, wrong("no_file", nameAFile, "The answer cannot be read: %w", err)
	}
	return body, nil
}

// actWords say who acts.
var actWords = map[string]string{
	"retry":     "Adtally asks again; nobody has to do anything",
	"wait":      "Adtally waits and goes on; nobody has to do anything",
	"shrink":    "Adtally asks for less at once; nobody has to do anything",
	"reconnect": "the token's owner must renew the access",
	"configure": "a person must change a setting or a permission",
	"bug":       "Adtally goes on without this part",
}

func printExplanation(p *program, x facebookads.Explanation) error {
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			_, _ = io.WriteString(w, name+"\t"+shown(value)+"\n") // a tabwriter keeps its first error for Flush
		}
	}
	row("What it means", x.Message+".")
	row("Who acts", x.Act+": "+actWords[x.Act])
	row("What to do", x.Hint)
	if x.Wait > 0 {
		row("How long", x.Wait.String())
	}
	row("Class", x.Class)
	if !strings.Contains(x.Message, x.Said) {
		row("Meta's words", strings.TrimPrefix(x.Said, "Meta says: "))
	}
	return w.Flush()
}
