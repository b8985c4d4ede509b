package subscription

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
	"unicode"

	"adtally"
	"adtally/internal/analytics"
)

// mostAttached bounds the files of a message: in mail they grow by a third, and many servers
// take 25 MB.
const mostAttached = 15 << 20

// attach makes the files. A PDF that cannot be made does not keep the figures from being sent.
func (k *Sender) attach(ctx context.Context, s adtally.Subscription, b board, all []answered, c *contents) error {
	name := fileName(b.spec.Title) + "-" + b.view.To.String()
	if s.PDF {
		pdf, err := k.printed(ctx, s, b)
		if err != nil {
			c.problem = adtally.FaultOf(err).Message
			c.message.Report.Notes = append(c.message.Report.Notes, "The PDF could not be made.")
			k.Report(fmt.Errorf("print the subscription %s: %w", s.ID, err))
		} else {
			c.files = append(c.files, adtally.AttachedFile{Name: name + ".pdf", Type: "application/pdf", Content: pdf})
		}
	}
	if s.CSV {
		packed, err := packed(all)
		if err != nil {
			return err
		}
		c.files = append(c.files, adtally.AttachedFile{Name: name + "-csv.zip", Type: "application/zip", Content: packed})
	}
	size := 0
	for _, f := range c.files {
		size += len(f.Content)
	}
	if size > mostAttached {
		c.files, c.problem = nil, fmt.Sprintf("The files have %d MB, which is too much for mail", size>>20)
		c.message.Report.Notes = append(c.message.Report.Notes, "The files are too large for mail.")
	}
	return nil
}

// packed is a zip file with one CSV file for each tile. Its members are named, without IDs, as
// in the files of share links.
func packed(all []answered) ([]byte, error) {
	var out bytes.Buffer
	into := zip.NewWriter(&out)
	for i, a := range all {
		if a.answer == nil {
			continue
		}
		w, err := into.Create(fmt.Sprintf("%02d-%s.csv", i+1, fileName(a.title)))
		if err != nil {
			return nil, err
		}
		if err := analytics.WriteCSV(w, analytics.CSVTable{By: a.query.By, Grain: a.query.Grain, Compare: a.query.Compare, NoIDs: true}, a.answer); err != nil {
			return nil, err
		}
	}
	err := into.Close()
	return out.Bytes(), err
}

// fileName makes the name of a file of a title.
func fileName(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	name := []rune(strings.Join(words, "-"))
	if len(name) == 0 {
		return "figures"
	}
	return string(name[:min(len(name), 60)])
}
