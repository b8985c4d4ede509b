package api

import (
	"context"
	"encoding/csv"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
	"adtally/internal/analytics"
)

// sqlFile bounds a CSV file.
var sqlFile = adtally.SQLLimits{Rows: 1_000_000, Bytes: 256 << 20}

// csv streams the file, so that its size does not count in memory. A statement that fails
// before its first row is answered with a problem.
func (g sqlQueries) csv(ctx context.Context, who Caller, in *struct{ Body SQLText }) (*huma.StreamResponse, error) {
	return streamed(func(w http.ResponseWriter, r *http.Request) {
		into, begun := csv.NewWriter(w), false
		end, err := g.SQL.RunSQL(ctx, who.String(), adtally.SQLQuery{SQL: in.Body.SQL, Limits: sqlFile}, func(b adtally.SQLBatch) error {
			if !begun {
				begun = true
				w.Header().Set("Content-Type", csvText+"; charset=utf-8")
				w.Header().Set("Content-Disposition", `attachment; filename="result.csv"`)
			}
			return writeSQL(into, b)
		})
		if err != nil && !begun {
			g.refuse(w, r, sqlProblem(err))
			return
		}
		if err := g.endCSV(ctx, into, end, err); err != nil {
			g.shell.Log.DebugContext(ctx, "the client closed the connection before the file was sent", "error", err)
		}
	}), nil
}

// endCSV says in a last line why a file is not complete.
func (g sqlQueries) endCSV(ctx context.Context, into *csv.Writer, end adtally.SQLResult, err error) error {
	switch {
	case err != nil:
		err = into.Write([]string{"(incomplete: " + g.lineFault(ctx, sqlProblem(err)).Message + ")"})
	case end.Limit != adtally.NoSQLLimit:
		err = into.Write([]string{"(incomplete: limit of " + string(end.Limit) + ")"})
	}
	into.Flush()
	return errors.Join(err, into.Error())
}

func writeSQL(into *csv.Writer, b adtally.SQLBatch) error {
	var cells []string
	for _, c := range b.Columns {
		cells = append(cells, analytics.SafeCell(c.Name))
	}
	if len(cells) > 0 {
		if err := into.Write(cells); err != nil {
			return err
		}
	}
	for _, row := range b.Rows {
		cells = cells[:0]
		for _, v := range row {
			if v == nil {
				cells = append(cells, "")
			} else {
				cells = append(cells, analytics.SafeCell(*v))
			}
		}
		if err := into.Write(cells); err != nil {
			return err
		}
	}
	return nil
}
