package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"adtally"
)

type dataCommand struct {
	List   dataListCommand   `cmd:"" help:"List the uploaded files and mapped tables."`
	Upload dataUploadCommand `cmd:"" help:"Upload a CSV file and load it. A file of the same name is replaced."`
	Delete dataDeleteCommand `cmd:"" help:"Delete an uploaded file or mapped table with its rows."`
}

type dataListCommand struct{ remote }

// Run prints the list.
func (c *dataListCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, "/files", "id", "name", "kind", "table", "uploaded", "rows", "blocked", "result")
}

type dataUploadCommand struct {
	remote
	File string            `arg:"" type:"existingfile" help:"CSV file."`
	Kind string            `required:"" enum:"customers,orders,refunds,spend,budgets,rates" help:"What its rows are: customers, orders, refunds, spend, budgets or rates."`
	Name string            `help:"Name; default: the file's name."`
	Map  map[string]string `help:"Column of a field, where the suggestion is wrong." placeholder:"FIELD=COLUMN"`
	Set  map[string]string `help:"Value of a field in all rows." placeholder:"FIELD=VALUE"`
	Date map[string]string `help:"Date format of a column, such as DD/MM/YYYY." placeholder:"COLUMN=FORMAT"`
	Zone string            `help:"Time zone of times that name none." placeholder:"Europe/Berlin"`

	Decimal string `help:"Decimal sign of numbers." placeholder:"SIGN"`
}

// uploadedFile is the part of a file that the command needs.
type uploadedFile struct {
	ID      string `json:"id"`
	Mapping struct {
		Columns   map[string]string `json:"columns"`
		Constants map[string]string `json:"constants"`
		Dates     map[string]string `json:"dates"`
	} `json:"mapping"`
	Blocked *struct {
		Message string `json:"message"`
		Hint    string `json:"hint"`
	} `json:"blocked"`
	Result struct {
		Rows    int64  `json:"rows"`
		Refused int64  `json:"refused"`
		Twice   int64  `json:"twice"`
		From    string `json:"from"`
		Through string `json:"through"`
		Errors  []struct {
			Line   int64  `json:"line"`
			Column string `json:"column"`
			Value  string `json:"value"`
			Reason string `json:"reason"`
		} `json:"errors"`
	} `json:"result"`
}

// Run uploads the file, corrects the mapping and loads the rows.
func (c *dataUploadCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	v.http.Timeout = 0 // a large file takes as long as it takes
	answer, err := c.send(ctx, v)
	if err != nil {
		return err
	}
	var f uploadedFile
	if err := answer.into(&f); err != nil {
		return err
	}
	path := "/files/" + url.PathEscape(f.ID)
	if change := c.corrections(f); len(change) > 0 {
		if answer, err = v.ask(ctx, http.MethodPatch, path, change, "If-Match", answer.etag); err != nil {
			return err
		}
		f.Blocked = nil
		if err := answer.into(&f); err != nil {
			return err
		}
	}
	if f.Blocked != nil {
		return &adtally.Fault{Act: adtally.Configure, Code: "file_mapping", Message: f.Blocked.Message, Hint: f.Blocked.Hint + " Use --map, --set, --date or --decimal."}
	}
	if answer, err = v.ask(ctx, http.MethodPost, path+"/load", nil); err != nil {
		return err
	}
	return c.tell(v, answer)
}

// send sends the file as it is.
func (c *dataUploadCommand) send(ctx context.Context, v *visitor) (reply, error) {
	in, err := os.Open(c.File)
	if err != nil {
		return reply{}, wrong("file", "Check that it can be read.", "The file %s cannot be opened: %w", c.File, err)
	}
	defer in.Close()
	name := c.Name
	if name == "" {
		name = filepath.Base(c.File)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.server+"/api/v1/files?"+url.Values{"name": {name}, "kind": {c.Kind}}.Encode(), in)
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "text/csv")
	if !v.key.IsZero() {
		req.Header.Set("Authorization", "Bearer "+v.key.Reveal())
	}
	return v.send(ctx, req)
}

// corrections are the changes to the suggested mapping.
func (c *dataUploadCommand) corrections(f uploadedFile) map[string]any {
	change := map[string]any{}
	for _, one := range []struct {
		key       string
		have, set map[string]string
	}{{"columns", f.Mapping.Columns, c.Map}, {"constants", f.Mapping.Constants, c.Set}, {"dates", f.Mapping.Dates, c.Date}} {
		if len(one.set) == 0 {
			continue
		}
		for k, v := range one.set {
			one.have[k] = v
			if one.key == "constants" {
				delete(f.Mapping.Columns, k)
				change["columns"] = f.Mapping.Columns
			}
		}
		change[one.key] = one.have
	}
	if c.Zone != "" {
		change["zone"] = c.Zone
	}
	if c.Decimal != "" {
		change["decimal"] = c.Decimal
	}
	return change
}

// tell prints the result of a load.
func (c *dataUploadCommand) tell(v *visitor, answer reply) error {
	if v.json {
		return v.show(answer)
	}
	var f uploadedFile
	if err := json.Unmarshal(answer.raw, &f); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	r := f.Result
	var text strings.Builder
	fmt.Fprintf(&text, "%d rows are in the warehouse", r.Rows)
	if r.From != "" {
		fmt.Fprintf(&text, ", from %s to %s", r.From, r.Through)
	}
	fmt.Fprintf(&text, ". %d lines were refused, and %d left out because their ID is there twice.\n", r.Refused, r.Twice)
	for _, e := range r.Errors {
		fmt.Fprintf(&text, "line %d, column %q, value %q: %s\n", e.Line, shown(e.Column), shown(e.Value), e.Reason)
	}
	return v.p.printf("%s", text.String())
}

type dataDeleteCommand struct {
	remote
	ID string `arg:"" help:"The file's id, see adtally data list."`
}

// Run deletes the file.
func (c *dataDeleteCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	if _, err := v.ask(ctx, http.MethodDelete, "/files/"+url.PathEscape(c.ID), nil); err != nil {
		return err
	}
	return p.printf("The data was deleted.\n")
}
