package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// LogSearch filters the lines of a log.
type LogSearch struct {
	Text    string `query:"text" maxLength:"200" doc:"Only lines that contain this text; case is ignored"`
	Level   string `query:"level" enum:"info,warn,error" doc:"Only lines of this level"`
	Account string `query:"account" maxLength:"100" doc:"Only lines about this ad account"`
}

func (s LogSearch) query() adtally.LogQuery {
	return adtally.LogQuery{Text: s.Text, Level: s.Level, Account: accountNumber(s.Account)}
}

// logPage is how many lines of a download are read at a time.
const logPage = 1000

// download sends a log as a text file, page by page.
func (g runs) download(ctx context.Context, _ Caller, in *struct {
	ByID
	LogSearch
},
) (*huma.StreamResponse, error) {
	r, err := g.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	first, err := g.Log.SearchLog(ctx, r.ID, in.query(), 0, logPage)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "text/plain; charset=utf-8")
		out.SetHeader("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "run-"+r.ID+".log"))
		out.SetStatus(http.StatusOK)
		for lines := first; len(lines) > 0 && err == nil; {
			for _, l := range lines {
				if _, err = fmt.Fprintln(out.BodyWriter(), plainLine(l)); err != nil {
					return // the client is gone
				}
			}
			lines, err = g.Log.SearchLog(ctx, r.ID, in.query(), lines[len(lines)-1].Seq, logPage)
		}
		if err != nil {
			g.shell.Log.ErrorContext(ctx, "cannot read the rest of a log", "run", r.ID, "error", err)
		}
	}}, nil
}

// plainLine formats a line of a log as text; an absent field is a dash.
func plainLine(l adtally.LogLine) string {
	parts := []string{l.At.UTC().Format(time.RFC3339), l.Level}
	for _, s := range []string{l.Account, l.Stream, l.Code} {
		if s == "" {
			s = "-"
		}
		parts = append(parts, oneLine(s, longestName))
	}
	text := oneLine(l.Message, 10_000)
	if l.Detail != "" {
		text += " | " + oneLine(l.Detail, 10_000)
	}
	return strings.Join(append(parts, text), "\t")
}
